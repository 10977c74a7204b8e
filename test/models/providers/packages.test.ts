import { describe, expect, it } from 'vitest';
import { missingPackage } from '../../../src/models/packages.ts';
import { providers } from '../../../src/models/registry.ts';

const none = (specifier: string): string => {
  throw new Error(`Cannot find module '${specifier}'`);
};

describe('the package of a provider', () => {
  it.each([...providers.keys()])('is there for %s, where these tests run', (name) => {
    expect(missingPackage(name)).toBeUndefined();
  });

  it('is not needed for mistralai', () => {
    expect(missingPackage('mistralai', none)).toBeUndefined();
  });

  it.each([
    ['openai', '@langchain/openai'],
    ['anthropic', '@langchain/anthropic'],
    ['ollama', '@langchain/ollama'],
    ['google-genai', '@langchain/google-genai'],
  ])('of %s is told with what installs it, where it is absent', (name, needed) => {
    expect(missingPackage(name, none)).toEqual({
      severity: 'error',
      code: 'missing-package',
      message: `\`provider: ${name}\` needs the package \`${needed}\`, which is not installed`,
      hint: `run \`npm install ${needed}\` where pipe is installed, or try without it by \`--simulate\``,
    });
  });
});
