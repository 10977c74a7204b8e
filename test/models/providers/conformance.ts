import { describeAnswers } from './conformance/answer.ts';
import { describeFailures } from './conformance/failure.ts';
import { describeParticulars } from './conformance/particulars.ts';
import { describeRequests } from './conformance/request.ts';
import { describeStreams } from './conformance/stream.ts';
import type { FakeWire } from './fakes/fake-wire.ts';

/** What every provider owes the steps and the run, held against its fake server. CONTRIBUTING.md has it in a table. */
export function describeConformance(wire: FakeWire): void {
  describeRequests(wire);
  describeAnswers(wire);
  describeFailures(wire);
  describeStreams(wire);
  describeParticulars(wire);
}
