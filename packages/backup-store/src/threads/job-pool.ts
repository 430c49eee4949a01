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

/** To a thread of a {@link JobPool}: a job, or (without an id) a notice that is not answered. */
export type ToJobThread = Job | { readonly notice: Uint8Array };

/** From a thread of a {@link JobPool}. */
export type FromJobThread = Answer;

interface Member {
  readonly thread: Thread<ToJobThread, FromJobThread>;
  jobs: number;
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
    const member: Member = { thread: this.#start(), jobs: 0 };
    member.thread.onMessage = ({ id, body }) => {
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

  async close(): Promise<void> {
    this.#fail(new BackupError('CLOSED', 'The threads were ended'));
    await Promise.all(this.#members.map(({ thread }) => thread.close()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
