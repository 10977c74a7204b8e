import { isObject } from '../json/json.ts';
import type { JsonObject, JsonValue } from '../json/json.ts';
import { success } from '../result.ts';
import type { Result } from '../result.ts';
import { malformed, textOr } from './answer-parts.ts';
import type { AnswerProblem } from './answer-parts.ts';
import { deltaOf } from './pieces.ts';
import type { Piece, StreamJoin } from './stream-join.ts';

/** A content block as its pieces come. */
interface Block {
  readonly began: JsonObject;
  text: string;
  thinking: string;
  signature: string;
  input: string;
  ended: boolean;
}

/**
 * Puts the events of a streamed message together (https://docs.claude.com/en/docs/build-with-claude/streaming). The
 * usage of its start says what went in; what came out is only known at the end.
 */
export function joinAnthropicStream(): StreamJoin {
  let message: JsonObject = {};
  let usage: JsonObject = {};
  let delta: JsonObject = {};
  /** In the order in which they began. */
  const blocks: Block[] = [];
  /** The last that began with an index: a server may give one index to several, one after the other. */
  const current = new Map<JsonValue, Block>();

  const body = (): JsonObject => ({
    ...message,
    ...delta,
    content: blocks.map(wholeBlock),
    usage,
  });

  function add(event: JsonObject): Result<readonly Piece[], AnswerProblem> {
    switch (textOr(event['type'], '')) {
      case 'message_start':
        if (isObject(event['message'])) message = event['message'];
        usage = { ...countsOf(message['usage']), output_tokens: null };
        return success([]);
      case 'content_block_start':
        return begin(event);
      case 'content_block_delta':
        return extend(event);
      case 'content_block_stop': {
        const block = current.get(event['index'] ?? null);
        if (block === undefined) return astray();
        block.ended = true;
        return success([]);
      }
      case 'message_delta':
        if (isObject(event['delta'])) delta = { ...delta, ...event['delta'] };
        usage = { ...usage, ...countsOf(event['usage']) };
        return success([]);
      // `message_stop` is the end; `ping` keeps the connection alive.
      default:
        return success([]);
    }
  }

  function begin({ index = null, content_block }: JsonObject): Result<readonly Piece[], AnswerProblem> {
    if (!isObject(content_block)) return malformed('with a content block that is no object');
    const block: Block = {
      began: content_block,
      text: textOr(content_block['text'], ''),
      thinking: textOr(content_block['thinking'], ''),
      signature: textOr(content_block['signature'], ''),
      input: '',
      ended: false,
    };
    blocks.push(block);
    current.set(index, block);
    const { name } = content_block;
    return success([
      ...(typeof name === 'string' ? [{ type: 'tool_call', name } as const] : []),
      ...deltaOf('thinking', block.thinking),
      ...deltaOf('text', block.text),
    ]);
  }

  function extend({ index = null, delta: piece }: JsonObject): Result<readonly Piece[], AnswerProblem> {
    const block = current.get(index);
    if (block === undefined || !isObject(piece)) return astray();
    const text = textOr(piece['text'], '');
    const thinking = textOr(piece['thinking'], '');
    block.text += text;
    block.thinking += thinking;
    block.signature += textOr(piece['signature'], '');
    block.input += textOr(piece['partial_json'], '');
    return success([...deltaOf('thinking', thinking), ...deltaOf('text', text)]);
  }

  return {
    add,
    get finished() {
      return typeof delta['stop_reason'] === 'string' && blocks.every((block) => block.ended);
    },
    completion: body,
  };
}

/** The input of a tool stays the text that it came as: the digits of its numbers with it. */
function wholeBlock({ began, text, thinking, signature, input }: Block): JsonObject {
  if (began['type'] === 'text') return { ...began, text };
  if (began['type'] === 'thinking') return { ...began, thinking, signature };
  if (began['type'] === 'tool_use' && input !== '') return { ...began, input };
  return began;
}

function astray(): Result<never, AnswerProblem> {
  return malformed('with a piece of a content block that had not begun');
}

/** Counts that are null say that nothing changed. */
function countsOf(usage: JsonValue | undefined): JsonObject {
  if (!isObject(usage)) return {};
  return Object.fromEntries(Object.entries(usage).filter(([, count]) => count !== null));
}
