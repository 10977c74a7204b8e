import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/json/json.ts';
import type { Message } from '../../src/models/contract.ts';
import { chat } from '../../src/steps/chat.ts';
import { compileStep } from './support.ts';

const scope = {
  input: {
    photo: ' cat.webp ',
    question: 'What is it?',
    empty: '',
    space: ' ',
    link: 'https://example.com/a.png',
  },
  vars: {},
  steps: { look: { output: 'secret.png' }, link: { output: 'HTTPS://example.com/b.png' } },
};

const compile = (content: JsonValue, role = 'user') =>
  compileStep(chat, {
    messages: [
      { role, content },
      { role: 'user', content: 'Go on.' },
    ],
  });

describe('content in parts', () => {
  it.each<[string, string, JsonValue, Message['content']]>([
    [
      'a text and the path of an image',
      'user',
      [
        { type: 'text', text: '{{input.question}}' },
        { type: 'image_url', image_url: '{{input.photo}}' },
      ],
      [
        { type: 'text', text: 'What is it?' },
        { type: 'image_url', image_url: 'cat.webp' },
      ],
    ],
    [
      'an image alone, beside a text that is empty',
      'user',
      [
        { type: 'text', text: '{{input.empty}}' },
        { type: 'image_url', image_url: '{{input.link}}' },
      ],
      [
        { type: 'text', text: '' },
        { type: 'image_url', image_url: 'https://example.com/a.png' },
      ],
    ],
    [
      'the URL that a model gave',
      'user',
      [{ type: 'image_url', image_url: '{{steps.link.output}}' }],
      [{ type: 'image_url', image_url: 'HTTPS://example.com/b.png' }],
    ],
    [
      'what a model thought before it answered',
      'assistant',
      [
        { type: 'thinking', thinking: 'It has fur.' },
        { type: 'text', text: 'A cat.' },
      ],
      [
        { type: 'thinking', thinking: 'It has fur.' },
        { type: 'text', text: 'A cat.' },
      ],
    ],
  ])('renders %s', async (_name, role, content, expected) => {
    const { program, mistakes } = await compile(content, role);
    expect(mistakes).toEqual([]);
    const request = program.render(scope);
    expect(request.ok && request.value.messages[0]).toEqual({ role, content: expected });
  });

  it.each([
    ['an empty image', [{ type: 'image_url', image_url: '{{input.empty}}' }], 'refused_image'],
    [
      'the path that a model gave',
      [{ type: 'image_url', image_url: '{{steps.look.output}}' }],
      'refused_image',
    ],
    ['nothing but white space', [{ type: 'text', text: '{{input.space}}' }], 'empty_prompt'],
  ])('asks nothing for %s', async (_name, content, code) => {
    const { program } = await compile(content);
    expect(program.render(scope)).toMatchObject({ ok: false, error: { code, attempts: 0 } });
  });

  it.each([
    [
      'an image of the assistant',
      'assistant',
      [{ type: 'image_url', image_url: 'x' }],
      'misplaced-part messages.0.content.0.type',
    ],
    [
      'thinking of the user',
      'user',
      [{ type: 'thinking', thinking: 'x' }],
      'misplaced-part messages.0.content.0.type',
    ],
    [
      'a path that a model completes',
      'user',
      [{ type: 'image_url', image_url: 'pics/{{steps.look.output}}.png' }],
      'refused-image messages.0.content.0.image_url',
    ],
  ])('refuses %s', async (_name, role, content, mistake) => {
    expect((await compile(content, role)).mistakes).toEqual([mistake]);
  });

  it.each([
    'https://example.com/{{steps.look.output}}.png',
    'data:image/png;base64,{{steps.look.output}}',
    'http{{steps.look.output}}',
  ])('allows a URL that a model completes: %s', async (image_url) => {
    expect((await compile([{ type: 'image_url', image_url }])).mistakes).toEqual([]);
  });
});
