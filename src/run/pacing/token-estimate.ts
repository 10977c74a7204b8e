import type { Usage } from '../../usage/usage.ts';
import type { PacedRequest } from './paced-request.ts';

/** What requests to one model use, learned from what they have used. */
export interface TokenEstimate {
  /** Tokens that a request will use, its answer included. */
  of(request: PacedRequest): number;
  learn(request: PacedRequest, usage: Usage): void;
}

/** Before anything is known, rather too much: a byte is about a quarter of a token in English, a half in code. */
const firstTokensPerByte = 0.5;
const firstOutput = 1000;

/** What an image costs before anything is known. Providers take from a hundred to some thousand. */
const tokensPerImage = 1000;

/** How many of the last requests the averages are of. */
const remembered = 50;

interface Averages {
  known: number;
  tokensPerByte: number;
  output: number;
}

export function createTokenEstimate(): TokenEstimate {
  const ofTexts: Averages = { known: 0, tokensPerByte: firstTokensPerByte, output: firstOutput };
  // What their images count beyond that is learned as if it were of their texts.
  const ofImages: Averages = { ...ofTexts };

  return {
    of({ bytes, images, max_output_tokens }) {
      const { tokensPerByte, output } = images > 0 ? ofImages : ofTexts;
      const input = bytes * tokensPerByte + images * tokensPerImage;
      return Math.round(input + Math.min(output, max_output_tokens ?? Infinity));
    },
    learn({ bytes, images }, { input_tokens, output_tokens }) {
      if (input_tokens === null || output_tokens === null || input_tokens === 0 || bytes === 0) return;
      const averages = images > 0 ? ofImages : ofTexts;
      averages.known += 1;
      const share = 1 / Math.min(averages.known, remembered);
      const ofText = Math.max(0, input_tokens - images * tokensPerImage);
      averages.tokensPerByte += (ofText / bytes - averages.tokensPerByte) * share;
      averages.output += (output_tokens - averages.output) * share;
    },
  };
}
