import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';

/** Where a program is, or what was found instead. */
export interface FoundProgram {
  /** Absolute; `undefined` where there is none that this user may run. */
  readonly path?: string | undefined;
  /** For people: the path, or why there is none. */
  readonly found: string;
}

/** Where programs are looked for. */
export interface ProgramPlaces {
  /** What a path with a separator is relative to. Default: the folder of this process. */
  readonly folder?: string | undefined;
  /** Default: those of this process. */
  readonly environment?: NodeJS.ProcessEnv | undefined;
}

/**
 * Finds a program as the system does when it starts one without a shell: a name on the `PATH`, anything with a separator where it says. It has to be a file that
 * the user of this process may run.
 */
export async function findProgram(program: string, places: ProgramPlaces = {}): Promise<FoundProgram> {
  const { folder = process.cwd(), environment = process.env } = places;
  const isPath = isAbsolute(program) || /[/\\]/.test(program);
  const folders = (environment['PATH'] ?? environment['Path'] ?? '').split(delimiter).filter((each) => each !== '');
  const candidates = (isPath ? [resolve(folder, program)] : folders.map((each) => join(each, program))).flatMap(
    (path) => endingsOf(environment).map((ending) => `${path}${ending}`),
  );
  let forbidden: string | undefined;
  for (const path of candidates) {
    const what = await look(path);
    if (what === 'program') return { path, found: path };
    if (what === 'forbidden') forbidden ??= path;
  }
  if (forbidden !== undefined) return { found: `${forbidden}, which this user may not run` };
  return { found: isPath ? `no program at ${candidates[0] ?? program}` : `no ${program} on the PATH` };
}

/** Windows finds `npm` as `npm.cmd`. */
function endingsOf(environment: NodeJS.ProcessEnv): readonly string[] {
  if (process.platform !== 'win32') return [''];
  return ['', ...(environment['PATHEXT'] ?? '.COM;.EXE;.BAT;.CMD').split(';')];
}

async function look(path: string): Promise<'program' | 'forbidden' | 'nothing'> {
  try {
    if (!(await stat(path)).isFile()) return 'nothing';
  } catch {
    return 'nothing';
  }
  return access(path, constants.X_OK).then(
    () => 'program' as const,
    () => 'forbidden' as const,
  );
}
