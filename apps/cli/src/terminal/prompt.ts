import { createInterface } from 'node:readline/promises';
import type { Messages } from './messages.ts';

/** Asks the person at the terminal. */
export interface Prompt {
  /** Whether anybody can be asked. */
  readonly available: boolean;
  /** A line that is not shown while it is typed. */
  secret(question: string): Promise<string>;
  /** A line that is typed. */
  ask(question: string): Promise<string>;
  /** `y` or `yes` is yes, everything else no. */
  confirm(question: string): Promise<boolean>;
}

/** What a prompt works with. */
export interface PromptOptions {
  readonly input: NodeJS.ReadStream;
  readonly messages: Messages;
  readonly signal: AbortSignal;
}

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const CTRL_U = '\u0015';
const BACKSPACES = ['\u007f', '\b'];

/** What a key does to the line typed so far. */
function typed(line: string, char: string): string {
  if (BACKSPACES.includes(char)) return [...line].slice(0, -1).join('');
  if (char === CTRL_U) return '';
  return char < ' ' ? line : line + char;
}

/** The terminal stops echoing before the question is shown, so not even the fastest fingers are seen. */
function readSecret({ input, signal, messages }: PromptOptions, question: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let line = '';
    const finish = (act: () => void): void => {
      input.off('data', onData);
      signal.removeEventListener('abort', onAbort);
      input.setRawMode(false);
      input.pause();
      messages.status(undefined);
      act();
    };
    const onAbort = (): void => finish(() => reject(signal.reason as Error));
    const onData = (text: string): void => {
      for (const char of text) {
        // In raw mode the terminal sends the key and no signal.
        if (char === CTRL_C) return void process.kill(process.pid, 'SIGINT');
        if (char === '\r' || char === '\n' || char === CTRL_D) return finish(() => resolve(line));
        line = typed(line, char);
      }
    };
    input.setEncoding('utf8');
    input.setRawMode(true);
    signal.addEventListener('abort', onAbort, { once: true });
    input.on('data', onData);
    input.resume();
    messages.status(`${question}: `);
  });
}

/** Prompts on standard error and reads from standard input, when both are a terminal. */
export function createPrompt(options: PromptOptions): Prompt {
  const { input, messages, signal } = options;
  return {
    available: input.isTTY === true && messages.isTerminal,
    secret: (question) => readSecret(options, question),
    ask: async (question) => await readLine({ input, signal }, `${question}: `),
    confirm: async (question) => /^y(es)?$/i.test(await readLine({ input, signal }, `${question} [y/N] `)),
  };
}

async function readLine({ input, signal }: Pick<PromptOptions, 'input' | 'signal'>, question: string): Promise<string> {
  const lines = createInterface({ input, output: process.stderr });
  // readline turns the terminal's own Ctrl-C into an event of its own.
  lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return (await lines.question(question, { signal })).trim();
  } finally {
    lines.close();
  }
}
