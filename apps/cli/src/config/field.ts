/** Where a setting can come from, and how its value is read. */
export interface Field<Name extends string = string> {
  readonly name: Name;
  /** Name of the option as the argument parser keeps it. */
  readonly option?: string | undefined;
  /** The option as it is typed. */
  readonly flag?: string | undefined;
  readonly variable?: string | undefined;
  /** `file: false`: must not stand in the configuration file. */
  readonly file?: false | undefined;
  /** `path` and `paths` are resolved against what they were given beside; `location` may also be a URL. */
  readonly type: 'text' | 'path' | 'paths' | 'location' | 'other';
  readonly secret?: true | undefined;
  readonly default?: string | readonly string[] | Readonly<Record<string, never>> | undefined;
}
