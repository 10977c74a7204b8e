/** What the tools of one run share: each thing is made by the first that needs it, and lasts as long as the run. */
export interface Shared {
  /** The thing of this name; whoever asks for a name asks for the same kind of thing. */
  get<Thing extends Closable>(name: string, make: () => Thing): Thing;
  close(): Promise<void>;
}

export interface Closable {
  close(): Promise<void>;
}

export function createShared(): Shared {
  const things = new Map<string, Closable>();
  return {
    get<Thing extends Closable>(name: string, make: () => Thing): Thing {
      const held = things.get(name) as Thing | undefined;
      if (held !== undefined) return held;
      const made = make();
      things.set(name, made);
      return made;
    },
    async close() {
      const held = [...things.values()];
      things.clear();
      await Promise.all(held.map((thing) => thing.close()));
    },
  };
}
