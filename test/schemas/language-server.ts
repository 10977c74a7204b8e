import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';

/** What editors get to see of a YAML file: the answers of the language server that most of them use. */
export interface Editor {
  /** Opens a file with this text; the server's diagnostics as `line message`, lines from 1. */
  open(name: string, text: string): Promise<readonly string[]>;
  /** What can be inserted at the mark. */
  complete(name: string, text: string): Promise<readonly Completion[]>;
  /** The text that is shown over the mark. */
  hover(name: string, text: string): Promise<string>;
  close(): Promise<void>;
}

export interface Completion {
  readonly label: string;
  readonly insertText: string;
  readonly documentation: string;
}

/** Where the cursor stands in a text of a test. */
export const mark = '|';

/** Starts the server for files of this folder, which need not exist, with these settings of its own. */
export async function startEditor(folder: string, settings: object = {}): Promise<Editor> {
  const bin = fileURLToPath(new URL('../../node_modules/yaml-language-server/bin/yaml-language-server', import.meta.url));
  const server = spawn(process.execPath, [bin, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const connection = createMessageConnection(
    new StreamMessageReader(server.stdout),
    new StreamMessageWriter(server.stdin),
  );
  const exited = new Promise((resolve) => server.once('exit', resolve));
  await initialize(connection, folder, settings);
  const documents = openDocuments(connection, folder);
  return {
    open: async (name, text) => {
      const { diagnostics } = await documents.open(name, text);
      return diagnostics.map(({ range, message }) => `${range.start.line + 1} ${message}`);
    },
    async complete(name, marked) {
      const { text, position } = cursorIn(marked);
      const { uri } = await documents.open(name, text);
      const list: { readonly items: readonly RawCompletion[] } = await connection.sendRequest(
        'textDocument/completion',
        { textDocument: { uri }, position },
      );
      return list.items.map(({ label, insertText = label, documentation = '' }) => ({
        label,
        insertText,
        documentation: typeof documentation === 'string' ? documentation : documentation.value,
      }));
    },
    async hover(name, marked) {
      const { text, position } = cursorIn(marked);
      const { uri } = await documents.open(name, text);
      const hover: { readonly contents: { readonly value: string } } | null = await connection.sendRequest(
        'textDocument/hover',
        { textDocument: { uri }, position },
      );
      return hover?.contents.value ?? '';
    },
    async close() {
      await connection.sendRequest('shutdown');
      await connection.sendNotification('exit');
      await exited;
      connection.dispose();
    },
  };
}

interface RawCompletion {
  readonly label: string;
  readonly insertText?: string;
  readonly documentation?: string | { readonly value: string };
}

interface RawDiagnostic {
  readonly message: string;
  readonly range: { readonly start: { readonly line: number } };
}

async function initialize(connection: MessageConnection, folder: string, settings: object): Promise<void> {
  const yaml = { hover: true, completion: true, validate: true, schemaStore: { enable: false }, ...settings };
  connection.onRequest('workspace/configuration', ({ items }: { items: readonly { section: string }[] }) =>
    items.map(({ section }) => (section === 'yaml' ? yaml : null)),
  );
  connection.onRequest('client/registerCapability', () => null);
  connection.listen();
  const markdown = ['markdown'];
  await connection.sendRequest('initialize', {
    processId: process.pid,
    rootUri: `file://${folder}`,
    workspaceFolders: null,
    capabilities: {
      workspace: { configuration: true },
      textDocument: {
        completion: { completionItem: { snippetSupport: true, documentationFormat: markdown } },
        hover: { contentFormat: markdown },
      },
    },
  });
  await connection.sendNotification('initialized', {});
}

/** Each text is a file of its own, so that its diagnostics cannot be those of an earlier text. */
function openDocuments(connection: MessageConnection, folder: string) {
  const waiting = new Map<string, (diagnostics: readonly RawDiagnostic[]) => void>();
  let opened = 0;
  connection.onNotification(
    'textDocument/publishDiagnostics',
    ({ uri, diagnostics }: { uri: string; diagnostics: readonly RawDiagnostic[] }) => waiting.get(uri)?.(diagnostics),
  );
  return {
    async open(name: string, text: string) {
      opened += 1;
      const uri = `file://${folder}/${opened}/${name}`;
      const published = new Promise<readonly RawDiagnostic[]>((resolve) => waiting.set(uri, resolve));
      await connection.sendNotification('textDocument/didOpen', {
        textDocument: { uri, languageId: 'yaml', version: 1, text },
      });
      return { uri, diagnostics: await published };
    },
  };
}

function cursorIn(marked: string) {
  const before = marked.slice(0, marked.indexOf(mark)).split('\n');
  const position = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
  return { text: marked.replace(mark, ''), position };
}
