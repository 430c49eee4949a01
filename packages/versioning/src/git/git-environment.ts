/**
 * Variables that choose another repository than the folder's, or another index. A hook has them from git, and whatever
 * the hook starts inherits them. What they would do to lines that are read here is unwanted as well.
 */
const LEFT_OUT = new Set([
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_COMMON_DIR',
  'GIT_PREFIX',
  'GIT_INTERNAL_SUPER_PREFIX',
  'GIT_NAMESPACE',
  'GIT_INDEX_FILE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_QUARANTINE_PATH',
  'GIT_SHALLOW_FILE',
  'GIT_GRAFT_FILE',
  'GIT_CONFIG',
  'GIT_LITERAL_PATHSPECS',
  'GIT_GLOB_PATHSPECS',
  'GIT_NOGLOB_PATHSPECS',
  'GIT_ICASE_PATHSPECS',
  'GIT_AUTHOR_DATE',
  'GIT_COMMITTER_DATE',
  'GIT_CURL_VERBOSE',
]);

/**
 * The same answers on every machine, whatever its language and settings, and no questions: neither an editor (`:` is one that git
 * itself does not start) nor, further down, a password on the terminal, where nobody may be.
 */
const ENVIRONMENT = { LC_MESSAGES: 'C', GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', GIT_EDITOR: ':' };

/**
 * The variables that git gets: those of this process, but none that lead to another repository.
 *
 * Settings (`GIT_CONFIG_COUNT`), names, agents and programs that answer for their user (`GIT_ASKPASS`, `SSH_ASKPASS`) stay.
 * Where no program answers, one that always fails is named, as ssh and ssh-keygen would ask on the terminal and wait.
 */
export function gitEnvironment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { LC_ALL, ...variables } = process.env;
  const kept = Object.entries(variables).filter(
    // On Windows, names of variables have no case.
    ([name]) => !LEFT_OUT.has(name.toUpperCase()) && !name.toUpperCase().startsWith('GIT_TRACE'),
  );
  return {
    SSH_ASKPASS: 'false',
    SSH_ASKPASS_REQUIRE: 'force',
    ...Object.fromEntries(kept),
    // It would be above `LC_MESSAGES`. Hooks keep their characters.
    ...(LC_ALL === undefined ? {} : { LC_CTYPE: LC_ALL }),
    ...ENVIRONMENT,
    ...more,
  };
}
