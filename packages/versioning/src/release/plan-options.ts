import type { Migrations } from '../migrations/model.ts';
import type { JsonValue } from './model.ts';

/** What somebody wants of a release. Everything has a default that the workspace's history gives. */
export interface PlanReleaseOptions {
  /** The version, as `1.2.0`. Default: what the changes since the last one ask for. */
  readonly version?: string | undefined;
  /** What the version raises: `major`, `minor`, `patch`, or a type of change such as `feature` or `melhoria`. */
  readonly bump?: string | undefined;
  /** A channel of pre-releases, as `beta`. Default: `stable`, or what the version says. */
  readonly channel?: string | undefined;
  /** Build metadata of the version, without `+`. */
  readonly build?: string | undefined;
  /** Marks it as not for everybody. Default: whether the version has a pre-release; without a version, `true` means the channel `beta`. */
  readonly preRelease?: boolean | undefined;
  /** Default: `Shop 1.2.0`. */
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  /** Markdown. */
  readonly notes?: string | undefined;
  /** Lines for the changelog beside what commits say: `fix: prices in yen`, or a text alone. */
  readonly entries?: readonly string[] | undefined;
  /** A folder with migrations, relative to the workspace, or what is in it. */
  readonly migrations?: string | Migrations | undefined;
  /** What flags are with this release: any JSON by name. */
  readonly flags?: Readonly<Record<string, JsonValue>> | undefined;
  /** Who makes it. Default: who is logged in. */
  readonly createdBy?: string | undefined;
  /** The build that made what is released, by the name it has where it ran. */
  readonly buildId?: string | undefined;
  /** `false`: no tag, and nothing is pushed. */
  readonly tag?: boolean | undefined;
  /** `false`: no file is changed and nothing committed. */
  readonly commit?: boolean | undefined;
  /** Takes a checkout that has changes which are not committed. Default: `false`. */
  readonly allowDirty?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}
