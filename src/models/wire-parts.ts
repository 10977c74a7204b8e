export { textOr, typeOf } from './answer-parts.ts';
export { callNamed } from './call-ids.ts';
export { readDataUrl } from './data-url.ts';
export { deltaOf } from './pieces.ts';
export { countOf } from './tokens.ts';
export { argumentsText, parsedArguments } from './tool-arguments.ts';
