import { describeConformance } from './conformance.ts';
import { mistralWire } from './fakes/mistralai.ts';

describeConformance(mistralWire);
