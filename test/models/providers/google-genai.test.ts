import { describeConformance } from './conformance.ts';
import { googleWire } from './fakes/google-genai.ts';

describeConformance(googleWire);
