import { describe, expect, it } from 'vitest';
import { inspectModel } from '../../../src/inspect/inspect-model.ts';
import type { ModelInspection } from '../../../src/inspect/inspection.ts';
import { joined, u32, u64 } from '../../support/bytes.ts';
import { bytes, call, dict, framed, name, object, opcode, pickle, stackName, text } from '../../support/pickle.ts';

const id = text('id');
const system = name('os', 'system');
const run = call(system, id);

/** The place of the first byte of a part. */
function placeOf(file: Uint8Array, part: Uint8Array): number {
  return Buffer.from(file).indexOf(part);
}

const inspected = async (file: Uint8Array): Promise<ModelInspection> => inspectModel(file, { name: 'm.pkl' });

const codesOf = ({ findings }: ModelInspection): readonly string[] => [...new Set(findings.map(({ code }) => code))];

describe('names that are known to be dangerous', () => {
  it.each([
    ['os.system', 'runs programs'],
    ['posix.system', 'runs programs'],
    ['nt.system', 'runs programs'],
    ['subprocess.Popen', 'runs programs'],
    ['commands.getoutput', 'runs programs'],
    ['pty.spawn', 'runs programs'],
    ['webbrowser.open', 'runs programs'],
    ['pip.main', 'runs programs'],
    ['distutils.spawn.spawn', 'runs programs'],
    ['numpy.f2py.crackfortran.myeval', 'runs programs'],
    ['multiprocessing.util.spawnv_passfds', 'runs programs'],
    ['torch.utils.collect_env.run', 'runs programs'],
    ['builtins.eval', 'runs Python code'],
    ['builtins.exec', 'runs Python code'],
    ['__builtin__.eval', 'runs Python code'],
    ['runpy._run_code', 'runs Python code'],
    ['code.InteractiveInterpreter', 'runs Python code'],
    ['bdb.Bdb', 'runs Python code'],
    ['pdb.run', 'runs Python code'],
    ['cProfile.run', 'runs Python code'],
    ['timeit.timeit', 'runs Python code'],
    ['trace.Trace', 'runs Python code'],
    ['idlelib.pyshell.ModifiedInterpreter', 'runs Python code'],
    ['doctest.debug_script', 'runs Python code'],
    ['pydoc.pipepager', 'runs Python code'],
    ['numpy.testing._private.utils.runstring', 'runs Python code'],
    ['torch._inductor.codecache.compile_file', 'runs Python code'],
    ['torch._dynamo.guards.GuardBuilder.get', 'runs Python code'],
    ['torch.utils.bottleneck.__main__.run_cprofile', 'runs Python code'],
    ['builtins.__import__', 'loads code'],
    ['importlib.import_module', 'loads code'],
    ['pkgutil.resolve_name', 'loads code'],
    ['types.CodeType', 'loads code'],
    ['numpy.core._ufunc_reconstruct', 'loads code'],
    ['torch.hub.load', 'loads code'],
    ['marshal.loads', 'makes functions out of code in the file'],
    ['cloudpickle.cloudpickle._make_function', 'makes functions out of code in the file'],
    ['dill._dill._create_function', 'makes functions out of code in the file'],
    ['pickle.loads', 'loads pickles'],
    ['_pickle.loads', 'loads pickles'],
    ['joblib.load', 'loads pickles'],
    ['torch.load', 'loads pickles'],
    ['pandas.read_pickle', 'loads pickles'],
    ['socket.socket', 'opens connections'],
    ['urllib.request.urlopen', 'opens connections'],
    ['http.client.HTTPSConnection', 'opens connections'],
    ['asyncio.unix_events._UnixSubprocessTransport._start', 'opens connections'],
    ['requests.get', 'opens connections'],
    ['builtins.open', 'reads or writes files'],
    ['io.open', 'reads or writes files'],
    ['shutil.rmtree', 'reads or writes files'],
    ['numpy.load', 'reads or writes files'],
    ['ctypes.CDLL', 'reaches memory'],
    ['sys.modules', 'reaches the interpreter'],
    ['signal.signal', 'reaches the interpreter'],
    ['builtins.getattr', 'reaches any attribute'],
    ['operator.attrgetter', 'reaches any attribute'],
    ['operator.methodcaller', 'reaches any attribute'],
    ['functools.partial', 'calls what it is given'],
    ['builtins.map', 'calls what it is given'],
    ['builtins.exit', 'ends the program'],
  ])('%s is malicious, because it %s', async (path, why) => {
    const at = path.lastIndexOf('.');
    const file = pickle(4, stackName(path.slice(0, at), path.slice(at + 1)));
    const { verdict, findings } = await inspected(file);
    expect(verdict).toBe('malicious');
    expect(findings).toEqual([
      {
        code: 'PICKLE_DANGEROUS_NAME',
        severity: 'malicious',
        message: expect.stringMatching(`which ${why}$`),
        offset: file.length - 2,
      },
    ]);
  });

  it('are found at their opcode, in every way to write them', async () => {
    const ways: Readonly<Record<string, readonly [file: Uint8Array, at: Uint8Array | number]>> = {
      GLOBAL: [pickle(2, run), system],
      'GLOBAL of protocol 0': [joined("cos\nsystem\n(S'id'\ntR."), system],
      INST: [joined("(S'id'\nios\nsystem\n."), joined('ios')],
      OBJ: [joined('(cos\nsystem\n', "S'id'\no."), system],
      STACK_GLOBAL: [framed(call(stackName('os', 'system'), id)), opcode.stackGlobal],
      'STACK_GLOBAL with names out of the memo': [
        framed(text('system'), opcode.memoize, '0', text('os'), 'h\x00', opcode.stackGlobal),
        opcode.stackGlobal,
      ],
      'names with escapes': [joined('V\\u006fs\n', "S'\\x73ystem'\n", opcode.stackGlobal, '.'), opcode.stackGlobal],
      NEWOBJ: [pickle(2, object(name('subprocess', 'Popen'), id)), joined('csubprocess')],
      NEWOBJ_EX: [pickle(4, name('subprocess', 'Popen'), ')}', opcode.newobjEx), joined('csubprocess')],
    };
    for (const [way, [file, at]] of Object.entries(ways)) {
      const result = await inspected(file);
      const [first] = result.findings.filter(({ code }) => code === 'PICKLE_DANGEROUS_NAME');
      expect([way, result.verdict, first?.offset]).toEqual([
        way,
        'malicious',
        typeof at === 'number' ? at : placeOf(file, at),
      ]);
    }
  });

  it('are found within dotted paths and behind harmless modules', async () => {
    const paths = [
      ['torch.serialization', 'os.system'],
      ['numpy', 'os.system'],
      ['sklearn.utils', 'sys.modules'],
      ['joblib', 'parallel.os.path.os.system'],
      ['collections', 'OrderedDict.__init__.__globals__'],
      ['builtins', 'object.__subclasses__'],
      ['logging', 'os.popen'],
      ['pandas', 'io.common.os.system'],
    ] as const;
    for (const [module, member] of paths)
      expect([member, (await inspected(pickle(4, stackName(module, member)))).verdict]).toEqual([member, 'malicious']);
  });
});

describe('where dangerous names hide', () => {
  const hidden: Readonly<Record<string, Uint8Array>> = {
    'in front of what is returned, thrown away by POP': framed(run, '0', text('model')),
    'in front of what is returned, thrown away by POP_MARK': framed('(', run, '1', text('model')),
    'under what is returned, left on the stack': framed(run, text('model')),
    'in a second pickle': joined(pickle(2, ']'), pickle(2, run)),
    'in the key of a dict': framed(dict([run, text('x')])),
    'in a set': framed(opcode.emptySet, '(', run, opcode.additems),
    'in attributes': framed(
      object(name('sklearn.linear_model._base', 'LinearRegression')),
      dict([text('coef_'), run]),
      'b',
    ),
    'in what a model calls at prediction': framed(
      object(name('sklearn.preprocessing._function_transformer', 'FunctionTransformer')),
      dict([text('func'), system]),
      'b',
    ),
    'in a factory of missing keys': framed(call(name('collections', 'defaultdict'), system)),
    'in the arguments of a listed function': framed(
      call(name('numpy.core.multiarray', '_reconstruct'), system, text('b')),
    ),
    'in the reconstruction of an object': framed(
      call(name('copyreg', '_reconstructor'), system, name('builtins', 'object'), opcode.none),
    ),
    'in the name of an id kept elsewhere': framed(call(system, id), 'Q'),
    'in bytes that are a pickle': framed(bytes(pickle(2, run))),
    'in a text that is a pickle': framed(text("cos\nsystem\n(S'id'\ntR.")),
    'in a text of protocol 0 that is a pickle of another': joined(
      "S'\\x80\\x02cos\\nsystem\\n(X\\x02\\x00\\x00\\x00idtR.'\n.",
    ),
    'in a pickle in a pickle in a pickle': framed(bytes(pickle(3, bytes(pickle(2, run))))),
    'in a pickle before the break of the file': joined(pickle(2, run).slice(0, -1), [0xff, 0xff, 0xff]),
    'in a pickle without a sign, before its break': joined("I1\n0cos\nsystem\n(S'id'\ntR", [0xff]),
    'behind a protocol that comes late': joined('N0', pickle(2, run)),
    'in front of a marker that nobody closes': joined([0x80, 2], '((((', run, '.'),
    'behind a long list': framed(']', '(', ...Array.from({ length: 3000 }, () => 'K\x01'), 'e', '0', run),
    'behind 300 KB of bytes': pickle(3, bytes(Buffer.alloc(300_000)), '0', run),
  };
  it.each(Object.entries(hidden))('%s, they are found', async (_where, file) => {
    expect((await inspected(file)).verdict).toBe('malicious');
  });
});

describe('what can not be known is never clean', () => {
  const cases: Readonly<Record<string, readonly [file: Uint8Array, codes: readonly string[]]>> = {
    'a name on no list': [framed(name('acme.models', 'Price')), ['PICKLE_UNLISTED_NAME']],
    'a listed class under a dotted path': [
      framed(stackName('sklearn', 'linear_model._base.LinearRegression')),
      ['PICKLE_UNLISTED_NAME'],
    ],
    'a method of a listed class': [framed(stackName('collections', 'OrderedDict.update')), ['PICKLE_UNLISTED_NAME']],
    'a name with another module of the same end': [
      framed(stackName('evil.numpy', 'ndarray')),
      ['PICKLE_UNLISTED_NAME'],
    ],
    'a module with a line feed': [framed(stackName('numpy\n', 'ndarray')), ['PICKLE_UNLISTED_NAME']],
    'a name of letters that look like others': [framed(stackName('numpу', 'ndarray')), ['PICKLE_UNLISTED_NAME']],
    'a name that a call makes': [
      framed(call(name('_codecs', 'encode'), text('os'), text('latin1')), text('system'), opcode.stackGlobal),
      ['PICKLE_HIDDEN_NAME'],
    ],
    'a name that is too long to hold': [
      pickle(4, 'X', u32(70_000), Buffer.alloc(70_000, 'a'), text('x'), opcode.stackGlobal),
      ['PICKLE_HIDDEN_NAME'],
    ],
    'a name of bytes': [pickle(4, bytes('os'), text('system'), opcode.stackGlobal), ['PICKLE_HIDDEN_NAME']],
    'a name out of a registry': [pickle(2, [0x82, 1]), ['PICKLE_HIDDEN_NAME']],
    'a call of what a call gave': [framed(call(call(name('collections', 'OrderedDict')), id)), ['PICKLE_HIDDEN_NAME']],
    'a call of a text': [framed(call(text('x'), id)), ['PICKLE_HIDDEN_NAME']],
    'a call with arguments that a call gave': [
      framed(name('collections', 'OrderedDict'), call(name('builtins', 'tuple'), joined(']')), 'R'),
      ['PICKLE_HIDDEN_NAME'],
    ],
    'an object of what a call gave': [framed(object(call(name('collections', 'OrderedDict')))), ['PICKLE_HIDDEN_NAME']],
    'a call of a class that only stands for data': [
      framed(call(name('sklearn.linear_model._base', 'LinearRegression'))),
      ['PICKLE_MISUSED_NAME'],
    ],
    'a call of a class of arrays': [framed(call(name('numpy', 'ndarray'), text('x'))), ['PICKLE_MISUSED_NAME']],
    'an object of a function': [framed(object(name('numpy', 'mean'))), ['PICKLE_MISUSED_NAME']],
    'an object of a class by a function that makes any': [
      framed(call(name('copyreg', '_reconstructor'), name('numpy', 'mean'), name('builtins', 'object'), opcode.none)),
      ['PICKLE_MISUSED_NAME'],
    ],
    'attributes of a class': [
      framed(name('collections', 'OrderedDict'), dict([text('x'), id]), 'b'),
      ['PICKLE_MISUSED_NAME'],
    ],
    'an attribute that changes the class': [
      framed(object(name('collections', 'OrderedDict')), dict([text('__class__'), id]), 'b'),
      ['PICKLE_MISUSED_NAME'],
    ],
    'an attribute that is called at the next': [
      framed(
        object(name('collections', 'OrderedDict')),
        opcode.none,
        dict([text('__setstate__'), name('builtins', 'list')]),
        opcode.tuple2,
        'b',
      ),
      ['PICKLE_MISUSED_NAME'],
    ],
    'attributes that a call gave': [
      framed(object(name('collections', 'OrderedDict')), call(name('collections', 'OrderedDict')), 'b'),
      ['PICKLE_MISUSED_NAME'],
    ],
    'items for a class': [framed(name('collections', 'OrderedDict'), '(', id, 'e'), ['PICKLE_MISUSED_NAME']],
    'items for an object that takes none': [
      framed(object(name('sklearn.linear_model._base', 'LinearRegression')), id, 'a'),
      ['PICKLE_MISUSED_NAME'],
    ],
    'an array of any size': [
      framed(
        call(
          name('numpy.core.multiarray', '_reconstruct'),
          name('numpy', 'ndarray'),
          joined('J', u32(2 ** 31 - 1), opcode.tuple1),
          text('b'),
        ),
      ),
      ['PICKLE_MISUSED_NAME'],
    ],
    'bytes of any size': [
      framed(call(name('builtins', 'bytearray'), joined('J', u32(2 ** 31 - 1)))),
      ['PICKLE_MISUSED_NAME'],
    ],
    'a list of any length': [
      framed(call(name('builtins', 'list'), call(name('builtins', 'range'), joined('J', u32(2 ** 31 - 1))))),
      ['PICKLE_MISUSED_NAME'],
    ],
    'text of another codec': [
      framed(call(name('_codecs', 'encode'), text('x'), text('zlib'))),
      ['PICKLE_MISUSED_NAME'],
    ],
    'a factory of missing keys that is no type': [
      framed(call(name('collections', 'defaultdict'), name('numpy', 'mean'))),
      ['PICKLE_MISUSED_NAME'],
    ],
    'a random generator of another constructor': [
      framed(call(name('numpy.random._pickle', '__generator_ctor'), text('MT19937'), name('builtins', 'bytearray'))),
      ['PICKLE_MISUSED_NAME'],
    ],
    'an index by another constructor': [
      framed(call(name('pandas.core.indexes.base', '_new_Index'), name('builtins', 'bytearray'), joined('}'))),
      ['PICKLE_MISUSED_NAME'],
    ],
    DUP: [framed(text('x'), '2', opcode.tuple2), ['PICKLE_UNUSUAL']],
    'values that are left over': [framed(text('x'), text('y')), ['PICKLE_UNUSUAL']],
    'opcodes later than the protocol': [pickle(2, text('x')), ['PICKLE_UNUSUAL']],
    'an id kept elsewhere': [framed(text('x'), 'Q'), ['PICKLE_OUTSIDE']],
    'an id kept elsewhere, in protocol 0': [joined('(Pid\nl.'), ['PICKLE_OUTSIDE']],
    'a buffer kept elsewhere': [pickle(5, [0x97]), ['PICKLE_OUTSIDE']],
  };
  it.each(Object.entries(cases))('%s', async (_what, [file, codes]) => {
    const result = await inspected(file);
    expect(result.verdict).not.toBe('clean');
    expect(codesOf(result)).toEqual(codes);
  });
});

describe('structures that Python refuses, or reads otherwise than others', () => {
  const cases: Readonly<Record<string, readonly [file: Uint8Array, code: string]>> = {
    'a stack that is empty': [joined([0x80, 2], '.'), 'MALFORMED'],
    'a value under a mark': [joined([0x80, 2], 'N(0', 'N(R.'), 'MALFORMED'],
    'a mark that is missing': [joined([0x80, 2], 'Nt.'), 'MALFORMED'],
    'a place of the memo that is empty': [pickle(2, 'h\x05'), 'MALFORMED'],
    'a place of the memo for which memory is missing': [pickle(2, ']r', u32(2 ** 32 - 1)), 'MALFORMED'],
    'a place of the memo with underscores': [joined('(lp1_0\n.'), 'FORMAT_UNKNOWN'],
    'a number in hexadecimal': [joined('(lp0\nI0x10\na.'), 'FORMAT_UNKNOWN'],
    'a key without a value': [pickle(2, '}(Nu'), 'MALFORMED'],
    'a byte that is no opcode': [pickle(2, 'N\x00'), 'MALFORMED'],
    'a protocol that is to come': [pickle(7, 'N'), 'UNSUPPORTED'],
    'a protocol in the middle': [pickle(2, [0x80, 4], 'N'), 'PICKLE_UNUSUAL'],
    'a protocol that comes late': [joined('N0', pickle(2, 'N')), 'PICKLE_UNUSUAL'],
    'a frame in a frame': [joined([0x80, 4, 0x95], u64(20), [0x95], u64(2), 'N.'), 'MALFORMED'],
    'a frame that is longer than the pickle': [joined([0x80, 4, 0x95], u64(20), 'N.'), 'MALFORMED'],
    'an opcode across the end of a frame': [joined([0x80, 4, 0x95], u64(2), text('hello'), '.'), 'MALFORMED'],
    'bytes longer than the file': [pickle(4, [0x8e], u64(2 ** 50)), 'TRUNCATED'],
    'a text of a length below zero': [pickle(2, 'T', u32(2 ** 31)), 'MALFORMED'],
    'bytes after the end': [joined(pickle(2, 'N'), [0, 0, 0]), 'HIDDEN_BYTES'],
    'a text that is no UTF-8': [pickle(4, [0x8c, 2, 0xc3, 0x28]), 'INVALID_TEXT'],
    'marks without end': [joined([0x80, 2], '('.repeat(5000)), 'LIMIT_EXCEEDED'],
  };
  it.each(Object.entries(cases))('%s', async (_what, [file, code]) => {
    const { verdict, findings } = await inspectModel(file);
    expect(verdict).not.toBe('clean');
    expect(findings.map((finding) => finding.code)).toContain(code);
  });

  it('a pickle in itself without end stops at a limit', async () => {
    let file = pickle(2, 'N');
    for (let level = 0; level < 20; level += 1) file = pickle(3, bytes(file));
    expect(codesOf(await inspected(file))).toContain('LIMIT_EXCEEDED');
  });

  it('more values than memory is allowed for stop at a limit', async () => {
    const file = pickle(2, ...Array.from({ length: 2000 }, () => ']'));
    const { findings } = await inspectModel(file, { limits: { held: 10_000 } });
    expect(findings.map(({ code }) => code)).toEqual(['LIMIT_EXCEEDED']);
  });
});

describe('pickles behind and in others', () => {
  it('are told, and walked like the first', async () => {
    const first = pickle(2, 'N');
    const found = await inspected(joined(first, pickle(2, run)));
    expect([found.verdict, codesOf(found)]).toEqual([
      'malicious',
      expect.arrayContaining(['PICKLE_SEVERAL', 'PICKLE_DANGEROUS_NAME']),
    ]);
    expect(found.findings.find(({ code }) => code === 'PICKLE_SEVERAL')?.offset).toBe(first.length);
    const harmless = await inspected(joined(first, pickle(2, 'N')));
    expect(codesOf(harmless)).toEqual(['PICKLE_SEVERAL']);
  });

  it('are found in bytes that are only data, too', async () => {
    const found = await inspected(pickle(4, bytes(pickle(2, run))));
    expect([found.verdict, codesOf(found)]).toEqual([
      'malicious',
      expect.arrayContaining(['PICKLE_DANGEROUS_NAME', 'PICKLE_NESTED']),
    ]);
    expect(found.findings.find(({ code }) => code === 'PICKLE_DANGEROUS_NAME')?.part).toBeDefined();
    const harmless = await inspected(pickle(4, bytes('only text')));
    expect(codesOf(harmless)).not.toContain('PICKLE_NESTED');
  });
});
