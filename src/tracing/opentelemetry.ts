import type { TracerKind } from './tracer.ts';

/** Where @opentelemetry/api keeps what a process has registered, in all of its versions 1.x. */
const registration = Symbol.for('opentelemetry.js.api.1');

/**
 * OpenTelemetry, where the process has an SDK registered (`node --import ./telemetry.js`, or the program that uses the
 * library): a span a record, its steps, its model calls by the GenAI conventions, and its tools.
 */
export const opentelemetry: TracerKind = {
  name: 'OpenTelemetry',
  wanted() {
    const registered: unknown = Reflect.get(globalThis, registration);
    return typeof registered === 'object' && registered !== null && 'trace' in registered;
  },
  async open(services) {
    const { openOpenTelemetry } = await import('./opentelemetry-tracer.ts');
    return openOpenTelemetry(services);
  },
};
