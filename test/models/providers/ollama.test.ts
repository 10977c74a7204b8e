import { describeConformance } from './conformance.ts';
import { ollamaWire } from './fakes/ollama.ts';

describeConformance(ollamaWire);
