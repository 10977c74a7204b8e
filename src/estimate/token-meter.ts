import { imageTokens } from '../models/chat-template.ts';
import type { ModelRequest } from '../models/contract.ts';
import { textOf } from './request-text.ts';
import type { Tokenizer } from './tokenizer.ts';

/** The size of one request. */
export interface Measured {
  readonly characters: number;
  /** Of its texts; null where they were not counted. */
  readonly tokens: number | null;
  /** Of the template around them. */
  readonly marks: number;
  readonly images: number;
  /** Tokens of the schema of its answer, which may count as input or not. */
  readonly schema: number;
}

/** Measures requests: the first thousands by the tokenizer, of further ones a sample, and the rest by their characters. */
export interface TokenMeter {
  measure(request: ModelRequest): Measured;
  /** Whether some were measured by their characters alone. */
  readonly sampled: boolean;
}

export interface MeterOptions {
  /** Loaded when the first request is measured. */
  readonly tokenizer: () => Tokenizer;
  /** From 0 to 1: which of further requests are counted. */
  readonly random: () => number;
  /** Requests and characters that are all counted. */
  readonly most?: { readonly requests: number; readonly characters: number };
}

const usualMost = { requests: 5000, characters: 5_000_000 };

export function createTokenMeter({ tokenizer, random, most = usualMost }: MeterOptions): TokenMeter {
  const measured = { requests: 0, characters: 0 };
  let sampled = false;

  /** The chance falls with what has come, so that about as much again is counted for each doubling. */
  function isCounted(): boolean {
    const share = Math.min(most.requests / measured.requests, most.characters / measured.characters);
    return share >= 1 || random() < share * share;
  }

  return {
    measure(request) {
      const { texts, marks, images, schema } = textOf(request);
      const characters = texts.reduce((sum, text) => sum + text.length, 0);
      const count = (text: string): number => tokenizer().count(text);
      const ofSchema = schema === null ? 0 : count(schema);
      measured.requests += 1;
      measured.characters += characters;
      const counted = isCounted();
      if (!counted) sampled = true;
      const tokens = counted ? texts.reduce((sum, text) => sum + count(text), 0) : null;
      return { characters, tokens, marks, images, schema: ofSchema };
    },
    get sampled() {
      return sampled;
    },
  };
}

/** Sizes of requests, added up. */
export interface TokenSum {
  add(size: Measured): void;
  readonly requests: number;
  readonly images: number;
  /** Tokens of the schemas of their answers. */
  readonly schema: number;
  /** The best estimate, then what it is at least and at most. */
  total(margin: number): { readonly expected: number; readonly min: number; readonly max: number };
}

/** What was not counted is taken to have as many tokens a character as what was. */
export function createTokenSum(): TokenSum {
  const counted = { characters: 0, tokens: 0 };
  const all = { requests: 0, characters: 0, marks: 0, images: 0, schema: 0 };
  return {
    add({ characters, tokens, marks, images, schema }) {
      all.requests += 1;
      all.characters += characters;
      all.marks += marks;
      all.images += images;
      all.schema += schema;
      if (tokens === null) return;
      counted.characters += characters;
      counted.tokens += tokens;
    },
    get requests() {
      return all.requests;
    },
    get images() {
      return all.images;
    },
    get schema() {
      return all.schema;
    },
    total(margin) {
      const perCharacter =
        counted.characters === 0 ? usualTokensPerCharacter : counted.tokens / counted.characters;
      const texts = all.characters === counted.characters ? counted.tokens : all.characters * perCharacter;
      const said = texts + all.marks;
      return {
        expected: said + all.images * imageTokens.expected,
        min: said * (1 - margin) + all.images * imageTokens.min,
        max: (said + all.schema) * (1 + margin) + all.images * imageTokens.max,
      };
    },
  };
}

/** Where nothing was counted. */
const usualTokensPerCharacter = 0.3;
