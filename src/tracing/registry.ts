import { langsmith } from './langsmith.ts';
import { opentelemetry } from './opentelemetry.ts';
import type { Tracer, TracerKind, TracerServices } from './tracer.ts';

/** Every kind of tracer. */
const tracerKinds: readonly TracerKind[] = [langsmith, opentelemetry];

/** The tracers that the environment asks for, as one; undefined, and nothing loaded, where it asks for none. */
export async function openTracer(
  env: { readonly [name: string]: string | undefined },
  services: TracerServices,
): Promise<Tracer | undefined> {
  const wanted = tracerKinds.filter((kind) => kind.wanted(env));
  const opened = await Promise.all(wanted.map((kind) => openOrWarn(kind, services)));
  return together(opened.filter((tracer) => tracer !== undefined));
}

/** A run is worth more than its trace. */
async function openOrWarn(kind: TracerKind, services: TracerServices): Promise<Tracer | undefined> {
  try {
    return await kind.open(services);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    services.warn(`this run is not traced by ${kind.name}: ${why}`);
    return undefined;
  }
}

/** Each span of the second is inside of the same span of the first. */
function together(tracers: readonly Tracer[]): Tracer | undefined {
  const [outer, ...others] = tracers;
  const inner = outer && together(others);
  if (outer === undefined || inner === undefined) return outer;
  return {
    span: (span, work, ended) => outer.span(span, () => inner.span(span, work, ended), ended),
    async close() {
      await Promise.all([outer.close(), inner.close()]);
    },
  };
}
