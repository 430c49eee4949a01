import { BackupError } from '../errors.ts';
import { type Role, Thread, type ThreadOptions } from './thread.ts';

/** Jobs a thread has at most. */
const JOBS_PER_THREAD = 2;

interface Job {
  readonly id: number;
  readonly body: Uint8Array;
  readonly sealed?: Uint8Array | undefined;
}
interface Answer {
  readonly id: number;
  readonly body: Uint8Array;
}

/** To a thread of a {@link JobPool}: a job, (without an id) a notice that is not answered, or that the role is over. */
export type ToJobThread = Job | { readonly notice: Uint8Array } | 'rest';

/** From a thread of a {@link JobPool}: an answer, or that it has let go of all that it held for the role. */
export type FromJobThread = Answer | 'rested';

interface Member {
  readonly thread: Thread<ToJobThread, FromJobThread>;
  jobs: number;
  /** It had a job, and may hold something: open files, say. */
  isUsed: boolean;
}

async function rest({ thread, jobs, isUsed }: Member): Promise<void> {
  if (jobs > 0) return await thread.close();
  const rested = new Promise<void>((resolve) => {
    thread.onMessage = (message) => {
      if (message === 'rested') resolve();
    };
    thread.onFailure = () => resolve();
  });
  thread.post('rest');
  if (isUsed) await rested;
  await thread.rest();
}

/** Threads that answer jobs, all alike; bytes go and come without being copied. */
export class JobPool implements AsyncDisposable {
  readonly #start: () => Thread<ToJobThread, FromJobThread>;
  readonly #threads: number;
  readonly #members: Member[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #answers = new Map<number, { resolve: (body: Uint8Array) => void; reject: (error: unknown) => void }>();
  #failure: Error | undefined;
  #nextId = 0;

  constructor(role: Role, init: unknown, options: ThreadOptions & { readonly threads: number }) {
    this.#threads = options.threads;
    this.#start = () => new Thread(role, init, options);
  }

  /** Starts so many threads (as the pool may have) before there is work for them. */
  start(threads: number): void {
    while (this.#members.length < Math.min(threads, this.#threads)) this.#add();
  }

  #add(): Member {
    const member: Member = { thread: this.#start(), jobs: 0, isUsed: false };
    member.thread.onMessage = (answer) => {
      if (answer === 'rested') return;
      const { id, body } = answer;
      member.jobs--;
      this.#answers.get(id)?.resolve(body);
      this.#answers.delete(id);
      this.#waiting.shift()?.();
    };
    member.thread.onFailure = (error) => this.#fail(error);
    this.#members.push(member);
    return member;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#answers.values()) reject(error);
    this.#answers.clear();
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Waits for a free thread, gives it the job, and waits for the answer. `body` and `sealed` are given away. */
  async run(body: Uint8Array, sealed?: Uint8Array): Promise<Uint8Array> {
    let member: Member | undefined;
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      member = this.#members.find(({ jobs }) => jobs === 0);
      if (member === undefined && this.#members.length < this.#threads) member = this.#add();
      member ??= this.#members.find(({ jobs }) => jobs < JOBS_PER_THREAD);
      if (member !== undefined) break;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    const id = this.#nextId++;
    member.jobs++;
    member.isUsed = true;
    const answer = new Promise<Uint8Array>((resolve, reject) => this.#answers.set(id, { resolve, reject }));
    const transfer = [body, sealed].flatMap((bytes) =>
      bytes?.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength ? [bytes.buffer] : [],
    );
    member.thread.post({ id, body, sealed }, transfer);
    return await answer;
  }

  /** Tells all threads something. */
  notify(notice: Uint8Array): void {
    for (const { thread } of this.#members) thread.post({ notice });
  }

  /** Ends the role of all threads: those that are at work are ended, the others left to the next that needs such. */
  async close(): Promise<void> {
    const isSound = this.#failure === undefined;
    this.#fail(new BackupError('CLOSED', 'The threads were ended'));
    await Promise.all(this.#members.map(async (member) => await (isSound ? rest(member) : member.thread.close())));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
