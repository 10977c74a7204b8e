/** What several speakers say at one time, put into an order in which none breaks in on another. */
export interface Turns<Piece> {
  /** Said by whoever has this name, in the turn that is open, or in a new one. */
  say(speaker: string, piece: Piece): void;
  end(speaker: string): void;
  /** Said by nobody in particular, between two turns. */
  sayBetween(piece: Piece): void;
  /** Ends all turns: nobody says anything any more. */
  endAll(): void;
}

interface Turn<Piece> {
  /** Undefined for what is said between turns. */
  readonly speaker: string | undefined;
  readonly unheard: Piece[];
  ended: boolean;
}

/** One turn is heard as it is spoken; what others say meanwhile waits until it has ended. */
export function createTurns<Piece>(listener: {
  readonly heard: (piece: Piece) => void;
  readonly ended: () => void;
}): Turns<Piece> {
  const turns: Turn<Piece>[] = [];
  const turnOf = (speaker: string) => turns.find((turn) => turn.speaker === speaker && !turn.ended);

  function hear(): void {
    for (let first = turns[0]; first !== undefined; first = turns[0]) {
      for (const piece of first.unheard.splice(0)) listener.heard(piece);
      if (!first.ended) return;
      listener.ended();
      turns.shift();
    }
  }

  return {
    say(speaker, piece) {
      const turn = turnOf(speaker);
      if (turn === undefined) turns.push({ speaker, unheard: [piece], ended: false });
      else turn.unheard.push(piece);
      hear();
    },
    end(speaker) {
      const turn = turnOf(speaker);
      if (turn !== undefined) turn.ended = true;
      hear();
    },
    sayBetween(piece) {
      turns.push({ speaker: undefined, unheard: [piece], ended: true });
      hear();
    },
    endAll() {
      for (const turn of turns) turn.ended = true;
      hear();
    },
  };
}
