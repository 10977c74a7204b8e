import { didYouMean } from '../../diagnostic/suggest.ts';
import { isObject, type JsonObject, type JsonValue, type Pointer } from '../../json/json.ts';
import { valueAt } from '../../json/pointer.ts';
import { providers } from '../../models/registry.ts';
import { listText, pathText, plainList } from '../words.ts';
import { nearestPlace, type Form, type KeyPlace } from './key-places.ts';
import { isStep, keysOfTypes, providersWith, typesWith } from './other-kinds.ts';
import { otherWay } from './other-ways.ts';
import { ourWord } from './other-words.ts';
import { partName } from './part-name.ts';
import { typedAssertion } from './typed-assertion.ts';

/** What to tell of a key that has no place where it stands. */
export interface UnknownKey {
  readonly name: string;
  readonly code: 'unknown-key';
  readonly message: string;
  readonly hint: string;
  /** The key of the same place that was most likely meant. */
  readonly meant?: string;
  /** The key of the same place below which it belongs. */
  readonly under?: string;
  /** The keys that its name and its value stand for. */
  readonly says?: readonly string[];
  /** Other unknown keys of the same place that are told with it. */
  readonly beside?: readonly string[];
}

/** Where a key stands that is not known there. */
export interface KeySituation {
  readonly form: Form;
  /** The section that holds it. */
  readonly place: Pointer;
  /** The keys that the section has. */
  readonly own: readonly string[];
  /** Of the model that the section is, where it is one. */
  readonly provider: string | undefined;
  /** Those where the key may belong. */
  readonly places: readonly KeyPlace[];
  /** What the whole file holds. */
  readonly file: JsonValue;
  /** Whether its value is there for others to repeat: it has an anchor of YAML. */
  readonly isAnchored: boolean;
}

const wholes: { readonly [form in Form]: string } = { pipeline: 'a pipeline file', tests: 'a test file' };

/** `schema` is that of the section in which the key stands. */
export function unknownKey(
  pointer: Pointer,
  schema: JsonObject,
  {
    form,
    provider,
    places,
    file,
    isAnchored,
  }: Pick<KeySituation, 'form' | 'provider' | 'places' | 'file' | 'isAnchored'>,
): UnknownKey {
  const name = String(pointer.at(-1));
  const place = pointer.slice(0, -1);
  const own = isObject(schema['properties']) ? Object.keys(schema['properties']) : [];
  const isModel = provider !== undefined && place.at(-1) === 'model';
  const situation = { form, place, own, provider: isModel ? provider : undefined, places, file, isAnchored };
  const assertion = name === 'type' && place.at(-2) === 'assert' ? valueAt(file, place) : undefined;
  const told =
    typedAssertion(assertion, schema) ??
    optionAsKey(name, schema) ??
    otherWay(name, place, form) ??
    guess(name, situation);
  return { name, code: 'unknown-key', message: messageOf(name, situation), ...told };
}

/** `user: …` for `{role: user, content: …}`: an option of one key that there must be, in place of both. */
function optionAsKey(name: string, schema: JsonObject): Pick<UnknownKey, 'hint' | 'says'> | undefined {
  const { properties, required } = schema;
  if (!isObject(properties) || !Array.isArray(required) || required.length !== 2) return undefined;
  const says = required.map(String);
  const [key, other] = says;
  const options = isObject(properties[key ?? '']) ? valueAt(properties, [key ?? '', 'enum']) : undefined;
  if (!Array.isArray(options)) return undefined;
  const words = options.map(String);
  const option = words.includes(name) ? name : ourWord(name, words);
  return option === undefined ? undefined : { hint: `write \`{${key}: ${option}, ${other}: …}\``, says };
}

function messageOf(name: string, { form, place, provider, file }: KeySituation): string {
  const others = provider === undefined ? [] : providersWith(name);
  if (others.length > 0) return `\`${name}\` is a parameter of ${plainList(others)}, not of ${provider}`;
  const where = place.length === 0 ? wholes[form] : partName(place, file);
  return `\`${name}\` is not a key of ${where}`;
}

function guess(name: string, situation: KeySituation): Pick<UnknownKey, 'hint' | 'meant' | 'under'> {
  const { place, own, provider, places, isAnchored } = situation;
  if (/^(\w+[_-])?api[_-]?key$/iu.test(name)) {
    return { hint: `keep keys out of the file: ${keyRemedy(provider)}` };
  }
  const word = ourWord(name, own);
  if (word !== undefined) return { hint: `did you mean \`${word}\`?`, meant: word };
  const belongs = isStep(place) ? typesText(name) : undefined;
  if (belongs !== undefined) return { hint: `it is for ${belongs}` };
  const others = provider === undefined ? [] : providersWith(name);
  if (others.length > 0) {
    const leaving = `--set ${pathText([...place, name])}=null`;
    return {
      hint: `remove it, for one run by \`${leaving}\`, or set it in the \`model\` of steps that ask ${others.join(' or ')}`,
    };
  }
  const elsewhere = nearestPlace(name, place, places);
  if (elsewhere !== undefined) {
    const { words, child } = elsewhere;
    return { hint: `it belongs ${words}`, ...(child !== undefined && { under: child }) };
  }
  const meant = didYouMean(name, own);
  if (meant !== undefined) return { hint: `did you mean \`${meant}\`?`, meant };
  if (isAnchored)
    return { hint: `write \`x-${name}\`: keys that begin with \`x-\` are free for anchors and notes` };
  return { hint: distantHint(name, situation) ?? ownHint(own) };
}

/** A key of another place that may have been meant. */
function distantHint(name: string, { place, places }: KeySituation): string | undefined {
  const keys = places.flatMap(({ keys }) => keys);
  const ofTypes = isStep(place) ? keysOfTypes() : [];
  const key = ourWord(name, ofTypes) ?? didYouMean(name, ofTypes);
  if (key !== undefined) return `did you mean \`${key}\`, which is for ${typesText(key)}?`;
  // At the top and in a step people write what belongs deeper; elsewhere a likeness is chance.
  const isOuter = place.length === 0 || isStep(place);
  const meant = ourWord(name, keys) ?? (isOuter ? didYouMean(name, keys) : undefined);
  const there = meant === undefined ? undefined : nearestPlace(meant, place, places);
  return there === undefined ? undefined : `did you mean \`${meant}\`, ${there.words}?`;
}

/** Where the key of a provider stands instead. */
function keyRemedy(provider: string | undefined): string {
  const own = provider === undefined ? undefined : providers.get(provider)?.api_key_env;
  if (own === null) return 'name the environment variable that holds it in `model.api_key_env`';
  const set = own === undefined ? 'set it as an environment variable' : `set the environment variable ${own}`;
  return `${set}, or name another in \`model.api_key_env\``;
}

/** The steps that have this key. */
function typesText(key: string): string | undefined {
  const types = typesWith(key);
  return types.length === 0 ? undefined : `steps of type ${types.map((type) => `\`${type}\``).join(' or ')}`;
}

function ownHint(own: readonly string[]): string {
  return `the ${own.length === 1 ? 'only key here is' : 'keys here are'} ${listText(own)}`;
}
