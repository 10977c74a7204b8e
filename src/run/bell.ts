/** Rung when something has changed that may let the run go on, or end: room, a stop, a consumer who has caught up. */
export interface Bell {
  readonly ring: () => void;
  /** There is one listener; before there is, nobody hears. */
  answer(listener: () => void): void;
}

export function createBell(): Bell {
  let answered = () => {};
  return {
    ring: () => answered(),
    answer(listener) {
      answered = listener;
    },
  };
}
