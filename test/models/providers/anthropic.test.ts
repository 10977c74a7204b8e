import { describeConformance } from './conformance.ts';
import { anthropicWire } from './fakes/anthropic.ts';

describeConformance(anthropicWire);
