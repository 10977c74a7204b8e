import type { JsonObject, JsonValue, Pointer } from '../json/json.ts';
import type { ContentPart, Role } from '../models/contract.ts';
import { failure, success, type Result } from '../result.ts';
import type { CompiledTemplate } from '../template/compile.ts';
import { stepReferences } from '../template/references.ts';
import type { Scope, TemplateFailure } from '../template/template.ts';
import type { StepBuilder, StepError } from './step.ts';
import { unsent } from './unsent.ts';

/** The content of a message before it is rendered: a text, or parts. */
export type Content =
  | { readonly kind: 'text'; readonly template: CompiledTemplate }
  | { readonly kind: 'parts'; readonly parts: readonly Part[] };

type PartType = ContentPart['type'];

interface Part {
  readonly type: PartType;
  readonly template: CompiledTemplate;
  /** Whether what a model wrote goes into it: then it names no file. */
  readonly fromModel: boolean;
}

/** What each type of part says, under the key of its name. */
const partKeys = {
  text: {
    type: 'string',
    description:
      'The words of a part of type `text`, such as a question about the image beside it. A template.',
    examples: ['What is on this picture?'],
  },
  image_url: {
    type: 'string',
    minLength: 1,
    description:
      'The image of a part of type `image_url`: an http(s) URL, a data URL, or the path of a PNG, JPEG, GIF or WebP file below the folder of the input (or `--files`). A template.',
    examples: ['{{input.photo}}'],
    errorMessage: 'write the URL or path itself: image_url: "{{input.photo}}"',
  },
  thinking: {
    type: 'string',
    description:
      'The text of a part of type `thinking`: what a reasoning model thought before it answered. A template.',
    examples: ['The parcel was sent on Monday, so it is late.'],
  },
} satisfies { readonly [type in PartType]: JsonObject };

const partTypes = Object.keys(partKeys) as readonly PartType[];

/** `content` of a message in the file. */
export const contentSchema: JsonObject = {
  type: ['string', 'array'],
  minItems: 1,
  description:
    'What is said in this turn, a template; or a list of parts, where an image is shown or a reasoning model has thought.',
  examples: ['{{input.text}}'],
  errorMessage:
    'write a text, or a list of parts such as {type: text, text: …} and {type: image_url, image_url: …}',
  items: {
    type: 'object',
    required: ['type'],
    patternProperties: { '^x-': true },
    additionalProperties: false,
    examples: [{ type: 'text', text: '{{input.text}}' }],
    properties: {
      type: {
        type: 'string',
        enum: partTypes,
        enumDescriptions: [
          'A piece of text.',
          'An image, for models that see; in a user turn.',
          'What a reasoning model thought; in an assistant turn.',
        ],
        description: 'What the part is; the key of the same name holds it.',
        examples: ['image_url'],
      },
      ...partKeys,
    },
    allOf: partTypes.map((type) => ({
      if: { not: { required: ['type'], properties: { type: { const: type } } } },
      else: { required: [type], errorMessage: `add \`${type}: …\`` },
    })),
  },
};

/** Which parts a message of each role may have. */
const allowed: { readonly [role in Role]: readonly PartType[] } = {
  system: ['text'],
  user: ['text', 'image_url'],
  assistant: ['text', 'thinking'],
  tool: ['text'],
};

export function compileContent(
  content: JsonValue | undefined,
  role: Role,
  pointer: Pointer,
  builder: StepBuilder,
): Content {
  if (!Array.isArray(content)) return { kind: 'text', template: builder.template(pointer) };
  const parts = (content as readonly JsonObject[]).flatMap((part, index): readonly Part[] => {
    const at = [...pointer, index];
    const type = part['type'] as PartType;
    if (!allowed[role].includes(type)) {
      builder.report({
        code: 'misplaced-part',
        message: `${role === 'assistant' ? 'an' : 'a'} ${role} turn cannot have a part of type \`${type}\``,
        hint: `it can have ${allowed[role].map((name) => `\`${name}\``).join(' and ')}`,
        pointer: [...at, 'type'],
      });
      return [];
    }
    if (!checkKeys(part, type, at, builder)) return [];
    const template = builder.template([...at, type]);
    const fromModel = stepReferences(template).length > 0;
    if (type === 'image_url' && fromModel && namesFile(template)) {
      builder.report({
        code: 'refused-image',
        message: 'an answer of a model is a part of the path of an image, and answers name no files',
        hint: 'make it a URL (https://…), or name the file by the record: {{input.…}}',
        pointer: [...at, type],
      });
    }
    return [{ type, template, fromModel }];
  });
  return { kind: 'parts', parts };
}

/** Whether its beginning, which is the same for every record, is no beginning of a URL. */
function namesFile({ program }: CompiledTemplate): boolean {
  const [first] = program;
  if (first?.kind !== 'text') return false;
  const beginning = first.text.trimStart().toLowerCase();
  return (
    !isUrl(beginning) && !['https://', 'http://', 'data:'].some((scheme) => scheme.startsWith(beginning))
  );
}

/** A part has no key of another type. */
function checkKeys(part: JsonObject, type: PartType, pointer: Pointer, builder: StepBuilder): boolean {
  const others = partTypes.filter((key) => key !== type && part[key] !== undefined);
  for (const key of others) {
    builder.report({
      code: 'conflicting-keys',
      message: `a part of type \`${type}\` has no \`${key}\``,
      hint: `make it a part of its own: {type: ${key}, ${key}: …}`,
      pointer: [...pointer, key],
      part: 'key',
    });
  }
  return others.length === 0;
}

export function templatesOf(content: Content): readonly CompiledTemplate[] {
  return content.kind === 'text' ? [content.template] : content.parts.map(({ template }) => template);
}

export function renderContent(
  content: Content,
  scope: Scope,
): Result<string | readonly ContentPart[], StepError> {
  if (content.kind === 'text') {
    const text = content.template.render(scope);
    return text.ok ? text : failure(unrendered(text.error));
  }
  const parts: ContentPart[] = [];
  for (const { type, template, fromModel } of content.parts) {
    const rendered = template.render(scope);
    if (!rendered.ok) return failure(unrendered(rendered.error));
    const text = rendered.value;
    if (type === 'text') parts.push({ type, text });
    else if (type === 'thinking') parts.push({ type, thinking: text });
    else {
      const image_url = text.trim();
      if (image_url === '')
        return failure(
          unsent('refused_image', 'the image is empty for this record: skip it by a `when` of the step'),
        );
      if (fromModel && !isUrl(image_url))
        return failure(
          unsent(
            'refused_image',
            'an answer of a model stands where an image is asked for, and it is no URL: answers name no files',
          ),
        );
      parts.push({ type, image_url });
    }
  }
  return success(parts);
}

/** The content as far as the scope tells it. An image whose address is not known counts as one all the same. */
export function sketchContent(content: Content, scope: Scope): string | readonly ContentPart[] {
  if (content.kind === 'text') return content.template.sketch(scope);
  return content.parts.map(({ type, template }): ContentPart => {
    const text = template.sketch(scope);
    if (type === 'text') return { type, text };
    return type === 'thinking' ? { type, thinking: text } : { type, image_url: text.trim() };
  });
}

/** Whether it is an address or the image itself, rather than the path of a file. */
export function isUrl(image: string): boolean {
  return /^(?:https?:\/\/|data:)/i.test(image);
}

/** Whether there is anything to read or to look at. */
export function isEmpty(content: string | readonly ContentPart[]): boolean {
  if (typeof content === 'string') return content.trim() === '';
  return content.every((part) => part.type === 'text' && part.text.trim() === '');
}

function unrendered({ code, message, place }: TemplateFailure): StepError {
  return { ...unsent(code, message), ...(place !== undefined && { place }) };
}
