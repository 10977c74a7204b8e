import type {
  CallOptions,
  CallOutcome,
  ClientServices,
  ModelRequest,
  ModelSettings,
  Refusal,
  RequestEnd,
  RequestSize,
  Settled,
} from '../../models/contract.ts';

/**
 * What the main thread and a worker tell each other: plain data, in batches, in order. A call, a client and a signal are
 * named by numbers, which the main thread gives them.
 */

/** The services of a client that are data; time and chance each thread has of its own. */
export type ClientData = Pick<
  ClientServices,
  'retry' | 'api_key' | 'secrets' | 'server_name' | 'connections'
>;

/** From the main thread. */
export type Asked =
  | {
      readonly type: 'open';
      readonly client: number;
      readonly settings: ModelSettings;
      readonly services: ClientData;
    }
  | (Pick<CallOptions, 'step' | 'record'> & {
      readonly type: 'call';
      readonly call: number;
      readonly client: number;
      readonly request: ModelRequest;
      readonly signal: number;
      readonly waiting: number;
      /** Whether the answer is to come as a stream. */
      readonly stream: boolean;
    })
  /** Whether the call may send its request. `refusal` is null where the call was told to stop while it waited. */
  | { readonly type: 'admitted'; readonly call: number }
  | { readonly type: 'refused'; readonly call: number; readonly refusal: Refusal | null }
  | { readonly type: 'settled'; readonly call: number; readonly settled: Settled }
  | { readonly type: 'abort'; readonly signal: number };

/** From a worker. */
export type Told =
  | { readonly type: 'opened'; readonly client: number }
  /** `error`: what is said of something thrown, which only a mistake of ours can throw. */
  | { readonly type: 'unopened'; readonly client: number; readonly error: string }
  /** The call wants to send a request. */
  | { readonly type: 'admit'; readonly call: number; readonly size: RequestSize }
  /** What came of the request that was admitted. */
  | { readonly type: 'settle'; readonly call: number; readonly end: RequestEnd }
  | { readonly type: 'ended'; readonly call: number; readonly outcome: CallOutcome }
  | { readonly type: 'threw'; readonly call: number; readonly error: string };
