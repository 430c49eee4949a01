/** Something that somebody wants to do to a machine. */
export interface DeployIntent {
  readonly action:
    | 'init'
    | 'deploy'
    | 'rollback'
    | 'resume'
    | 'undo'
    | 'clean'
    | 'service'
    | 'maintenance'
    | 'force-lock';
  readonly version?: string | undefined;
  readonly by: string;
  readonly channel: string;
}
