import { bounded } from '../diagnostic/printable.ts';
import type { CallError, ContentPart, Message, ModelRequest } from '../models/contract.ts';
import { failure, success, type Result } from '../result.ts';
import { isUrl } from '../steps/content.ts';
import { largestImage, readImage } from './image-file.ts';

type Embedded = Result<ModelRequest, CallError>;

/** The images of a run's requests, on their way from files into the requests. */
export interface Images {
  /**
   * The request with the image of each file in it, at once where it shows none. Fails, with what to do, for one that cannot be
   * sent.
   */
  embed(request: ModelRequest): Embedded | Promise<Embedded>;
  /** Whether any request has named a file. */
  readonly used: boolean;
}

/**
 * `folder` is what paths are relative to and may not leave; undefined where there is none, and no file is sent then.
 * Images are not kept: one that many records show is read again for each. `check` finds out whether they could be sent,
 * and embeds their first bytes only.
 */
export function createImages(folder: string | undefined, how: 'embed' | 'check' = 'embed'): Images {
  let used = false;

  async function sendable(image: string): Promise<Result<string, string>> {
    if (isUrl(image)) return checkUrl(image);
    used = true;
    if (folder !== undefined) return readImage(image, folder, how);
    return failure(
      `${quoted(image)} is the path of a file, and there is no folder to look for it in: name one by \`--files DIR\``,
    );
  }

  async function embedIn(part: ContentPart): Promise<Result<ContentPart, string>> {
    if (part.type !== 'image_url') return success(part);
    const image = await sendable(part.image_url);
    return image.ok ? success({ ...part, image_url: image.value }) : image;
  }

  async function embedAll(request: ModelRequest): Promise<Embedded> {
    const messages: Message[] = [];
    for (const message of request.messages) {
      if (typeof message.content === 'string') {
        messages.push(message);
        continue;
      }
      const content: ContentPart[] = [];
      for (const part of message.content) {
        const whole = await embedIn(part);
        if (!whole.ok) return failure(refused(whole.error));
        content.push(whole.value);
      }
      messages.push({ ...message, content });
    }
    return success({ ...request, messages });
  }

  return {
    embed: (request) => (request.messages.some(hasImage) ? embedAll(request) : success(request)),
    get used() {
      return used;
    },
  };
}

function hasImage({ content }: Message): boolean {
  return typeof content !== 'string' && content.some(({ type }) => type === 'image_url');
}

/** What is no address or no image is better told here than by a provider, after a wait and for money. */
function checkUrl(image: string): Result<string, string> {
  if (!/^data:/i.test(image)) {
    if (URL.canParse(image)) return success(image);
    return failure(`${quoted(image)} is no URL: check how it is written`);
  }
  if (!isDataUrl(image)) {
    return failure(
      `${quoted(image)} is no data URL of an image: it begins with \`data:image/png;base64,\` or the like, and goes on in base64`,
    );
  }
  const bytes = Buffer.byteLength(image.slice(image.indexOf(',') + 1), 'base64');
  if (bytes <= largestImage) return success(image);
  return failure(
    `${quoted(image)} holds ${bytes.toLocaleString('en-US')} bytes, and an image may have ${largestImage.toLocaleString('en-US')} (10 MB) at most: make it smaller`,
  );
}

/** Far more than any says before its data. To match the many parts of an endless one takes more stack than there is. */
const longestHead = 1000;

function isDataUrl(image: string): boolean {
  const comma = image.indexOf(',');
  const data = image.slice(comma + 1);
  const padding = data.endsWith('==') ? 2 : data.endsWith('=') ? 1 : 0;
  return (
    comma <= longestHead &&
    /^data:image\/[\w.+-]+(?:;[\w.+-]+=[^;,]*)*;base64,$/i.test(image.slice(0, comma + 1)) &&
    data.length > padding &&
    !/[^\w+/-]/.test(data.slice(0, data.length - padding))
  );
}

const longestShown = 60;

function quoted(image: string): string {
  return `\`${bounded(image, longestShown)}\``;
}

function refused(message: string): CallError {
  return {
    code: 'refused_image',
    message,
    status: null,
    attempts: 0,
    request_id: null,
    scope: 'record',
  };
}
