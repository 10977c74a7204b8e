/** What other tools have a key for, and what does it here, where that is no one key. */
export interface OtherWay {
  readonly words: readonly string[];
  readonly hint: string;
  /** The keys of the same place that need not be told as missing beside it. */
  readonly says?: readonly string[];
}

/** For what a file says to its readers alone. */
export const notes: OtherWay = {
  words: ['tags', 'metadata', 'owner', 'author', 'authors'],
  hint: 'keys that begin with `x-` are yours, such as `x-tags`',
};
