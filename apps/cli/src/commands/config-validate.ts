import { policyProblems } from '../compose/written-policy.ts';
import { CONFIG_NAME, findConfig } from '../config/file.ts';
import { parseConfigText } from '../config/parse.ts';
import { CliError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { displayText } from '../render/text.ts';

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const named = input.arguments[0] ?? context.globals.config;
  const found = findConfig(named, context.workingDirectory);
  if (found === undefined) {
    throw new CliError('CONFIG_NOT_FOUND', `Expected ${CONFIG_NAME} here or in a folder above, got none`, {
      hint: 'Name the file: holdfast config validate FILE.',
    });
  }
  const { content, problems: flaws } = await parseConfigText(found.text);
  // What is no configuration has no policies either.
  const problems = flaws.length > 0 ? flaws : await policyProblems(content);
  const valid = problems.length === 0;
  if (context.json) {
    await emitObject(context.output, 'ConfigValidated', { valid, file: found.path, problems });
    return valid ? EXIT.ok : EXIT.usage;
  }
  const { colors } = context.output;
  if (valid) await context.output.line(`${colors.green('valid:')} ${displayText(found.path)}`);
  for (const { message, hint } of problems) {
    await context.output.line(`${colors.red('problem:')} ${displayText(message)}`);
    if (hint !== undefined) await context.output.line(`  ${displayText(hint)}`);
  }
  return valid ? EXIT.ok : EXIT.usage;
}

/** `holdfast config validate`. */
export const configValidate: CommandDefinition = {
  path: ['config', 'validate'],
  action: 'config.read',
  summary: 'Check a configuration file, and say of each mistake where it is',
  arguments: [{ name: '[file]', description: 'the file (default: --config, else the nearest holdfast.config.json)' }],
  examples: [{ call: 'holdfast config validate', does: 'Exits with 2 when something is wrong' }],
  output: { shape: 'ConfigValidated' },
  run,
};
