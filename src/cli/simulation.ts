import type { Result } from '../result.ts';
import type { SimulatorOptions } from '../simulator/options.ts';
import type { Simulator, SimulatorError } from '../simulator/simulator.ts';

/** What `--simulate=…` says, or what is wrong with it, as a sentence. */
export async function readSimulatorOptions(options: string): Promise<Result<SimulatorOptions, string>> {
  const { parseSimulatorOptions } = await import('../simulator/parse-options.ts');
  return parseSimulatorOptions(options);
}

export async function startSimulator(options: SimulatorOptions): Promise<Result<Simulator, SimulatorError>> {
  const simulator = await import('../simulator/simulator.ts');
  return simulator.startSimulator(options);
}
