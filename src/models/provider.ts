import type { IncomingHttpHeaders } from 'node:http';
import type { JsonObject, JsonValue } from '../json/json.ts';
import type { CallErrorCode, ClientServices, ModelClient, ModelRequest, ModelSettings } from './contract.ts';

/** A provider: one value of the registry. */
export interface Provider {
  readonly provider: string;
  /** One line for the format reference. */
  readonly description: string;
  /** Properties of `model` in the file, in wire names; feeds validation, completion and the reference. */
  readonly parameters: { readonly [name: string]: JsonObject };
  /** The parameters that bound the length of an answer, in tokens; absent: `max_tokens` alone. */
  readonly length_parameters?: readonly string[];
  /** LangChain's package for it, where that does not come with pipe: to be installed by whoever names the provider. */
  readonly package?: string;
  readonly default_base_url: string;
  /** The variable with the provider's own key; null where it asks for none. */
  readonly api_key_env: string | null;
  /** Where to get a key: a page's URL. */
  readonly key_page: string;
  /** Where a request goes. */
  url(settings: ModelSettings, stream?: boolean): string;
  /** The exact JSON body of a request; pure, so that `render` needs no client. `stream`: the answer is to come as one. */
  body(
    settings: ModelSettings,
    request: ModelRequest,
    stream?: boolean,
  ): { readonly [name: string]: JsonValue };
  readonly listing: ModelListing;
  /** Loads the provider's packages only now. */
  open(settings: ModelSettings, services: ClientServices): Promise<ModelClient>;
}

/** How a server is asked which models it has, which costs nothing: `pipe doctor` asks it before a run pays. */
export interface ModelListing {
  /** What is fetched by GET. */
  url(settings: ModelSettings): string;
  headers(api_key: string | undefined): { readonly [name: string]: string };
  /** The names by which models may be asked for, aliases too; undefined for a body that is no such list. */
  names(body: JsonObject): readonly string[] | undefined;
  /** What an error means where its status alone says something else, as for a call. */
  errorCode?(
    status: number,
    body: JsonObject,
    headers: IncomingHttpHeaders,
  ): Extract<CallErrorCode, 'rejected_key' | 'not_on_plan' | 'rate_limited'> | undefined;
}
