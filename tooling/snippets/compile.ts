import { join } from 'node:path';
import ts from 'typescript';
import type { Snippet } from './snippet.ts';

/** Where the snippets pretend to be: below the root, whose node_modules has every package of the workspace. */
const FOLDER = 'docs/.snippets';

/** Type checks snippets, each as a module of its own, against the sources of the packages. Returns what is wrong. */
export function compileSnippets(root: string, snippets: readonly Snippet[]): string[] {
  const modules = new Map(snippets.map((snippet, index) => [join(root, FOLDER, `${index}.ts`), snippet]));
  const options = readOptions(root);
  const program = ts.createProgram([...modules.keys()], options, hostWith(options, modules));
  return [...modules].flatMap(([path, snippet]) => {
    const source = program.getSourceFile(path);
    return ts.getPreEmitDiagnostics(program, source).map((diagnostic) => inWords(diagnostic, snippet));
  });
}

function readOptions(root: string): ts.CompilerOptions {
  const path = join(root, 'tsconfig.base.json');
  const { config } = ts.readConfigFile(path, (file) => ts.sys.readFile(file)) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  // Readers of a document do not want the noise that published declarations need.
  return { ...options, isolatedDeclarations: false, declaration: false };
}

function hostWith(options: ts.CompilerOptions, modules: ReadonlyMap<string, Snippet>): ts.CompilerHost {
  const disk = ts.createCompilerHost(options);
  const textOf = (path: string): string | undefined => {
    const snippet = modules.get(path);
    // Without an import or export it would be a script, and its names would be everybody's.
    return snippet && `${snippet.code}\nexport {};\n`;
  };
  return {
    ...disk,
    fileExists: (path) => modules.has(path) || disk.fileExists(path),
    readFile: (path) => textOf(path) ?? disk.readFile(path),
    getSourceFile(path, language, ...rest) {
      const text = textOf(path);
      if (text === undefined) return disk.getSourceFile(path, language, ...rest);
      return ts.createSourceFile(path, text, language);
    },
  };
}

function inWords({ file, start, messageText }: ts.Diagnostic, snippet: Snippet): string {
  const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line : 0;
  return `${snippet.file}:${snippet.line + line}: ${ts.flattenDiagnosticMessageText(messageText, '\n  ')}`;
}
