import { describe, expect, it } from 'vitest';
import { parseAddress, urlBelow } from '../../src/models/endpoint.ts';

describe('the URL of a path in an API', () => {
  it.each([
    ['https://api.mistral.ai', 'https://api.mistral.ai/v1/chat/completions'],
    ['https://api.mistral.ai/v1', 'https://api.mistral.ai/v1/chat/completions'],
    ['https://api.mistral.ai/v1/', 'https://api.mistral.ai/v1/chat/completions'],
    ['http://localhost:8000', 'http://localhost:8000/v1/chat/completions'],
    ['https://gateway.example/mistral', 'https://gateway.example/mistral/v1/chat/completions'],
    ['https://gateway.example/mistral/v1', 'https://gateway.example/mistral/v1/chat/completions'],
    ['https://gateway.example/nov1', 'https://gateway.example/nov1/v1/chat/completions'],
  ])('below %s is %s', (base_url, url) => {
    expect(urlBelow(base_url, '/v1', '/chat/completions')).toBe(url);
  });
});

describe('the address of a server', () => {
  it.each([
    ['http://localhost:8000', 'localhost:8000', true],
    ['https://127.9.9.9', '127.9.9.9', true],
    ['http://[::1]:8000', '[::1]:8000', true],
    ['http://[::2]', '[::2]', false],
    ['http://127.0.0.1.example.com', '127.0.0.1.example.com', false],
    ['https://api.mistral.ai', 'api.mistral.ai', false],
  ])('%s tells its host and whether that is this machine', (base_url, host, loopback) => {
    expect(parseAddress(base_url)).toMatchObject({ host, loopback });
  });

  it.each([
    '',
    'api.mistral.ai',
    'ftp://a.example',
    'https://a.example?x=1',
    'https://a.example#x',
    'http://a:b@c.example',
  ])('is not "%s"', (base_url) => {
    expect(parseAddress(base_url)).toBeUndefined();
  });
});
