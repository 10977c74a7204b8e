import { describeConformance } from './conformance.ts';
import { openaiWire } from './fakes/openai.ts';

describeConformance(openaiWire);
