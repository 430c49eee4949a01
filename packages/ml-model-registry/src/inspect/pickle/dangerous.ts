/** What modules do to whoever calls their functions; all of a module and the modules in it. */
const modules: readonly (readonly [reason: string, names: string])[] = [
  [
    'runs programs',
    `os posix nt subprocess _posixsubprocess pty commands popen2 multiprocessing _multiprocessing concurrent platform
    _osx_support _aix_support torch.utils.collect_env torch.utils.cpp_extension numpy.f2py numpy.distutils distutils setuptools pip
    ensurepip venv webbrowser antigravity turtledemo invoke fabric paramiko pexpect ptyprocess sh plumbum psutil`,
  ],
  [
    'runs Python code',
    `code codeop bdb pdb cProfile profile hotshot _lsprof trace timeit runpy doctest idlelib lib2to3 unittest test pytest nose
    numpy.testing numpy.core._internal.eval torch._inductor torch._dynamo torch.utils.bottleneck torch.utils._config_module
    torch.fx.experimental.symbolic_shapes torch.utils.benchmark torch.testing torch.utils.data.datapipes pandas.core.computation
    IPython jupyter notebook ipykernel _pyrepl sched atexit functorch.compile pydoc`,
  ],
  [
    'loads code',
    'importlib imp _imp pkgutil zipimport zipapp types _frozen_importlib pkg_resources site inspect torch.package torch.hub',
  ],
  [
    'makes functions out of code in the file',
    'marshal dill cloudpickle joblib.externals.cloudpickle joblib.externals.loky pyspark.cloudpickle ray.cloudpickle cffi llvmlite numba',
  ],
  [
    'loads pickles',
    'pickle cPickle _pickle pickletools shelve copyreg.pickle joblib.numpy_pickle.load torch.serialization jsonpickle',
  ],
  [
    'opens connections',
    `socket _socket ssl http httplib urllib urllib2 urllib3 requests httpx aiohttp ftplib smtplib poplib imaplib nntplib telnetlib
    xmlrpc xmlrpclib socketserver SocketServer BaseHTTPServer SimpleHTTPServer asyncio asyncore asynchat wsgiref fsspec s3fs boto3
    torch.distributed tensorflow.io keras.utils.get_file huggingface_hub sklearn.datasets select selectors`,
  ],
  [
    'reads or writes files',
    `shutil tempfile fileinput glob pathlib io _io zipfile tarfile sqlite3 dbm gdbm whichdb linecache mmap fcntl gzip bz2 lzma
    numpy.load numpy.save numpy.savez numpy.savetxt numpy.loadtxt numpy.genfromtxt numpy.fromfile numpy.memmap numpy.fromregex numpy.DataSource
    numpy.core.records.fromfile numpy.lib.npyio numpy.lib._npyio_impl numpy.lib.format numpy.lib._datasource numpy.core.memmap
    numpy._core.memmap numpy.core.multiarray.fromfile numpy._core.multiarray.fromfile pandas.io pandas.read_csv
    torch.utils._content_store torch.save torch.from_file`,
  ],
  ['reaches memory', 'ctypes _ctypes gc numpy.ctypeslib numpy.lib.stride_tricks cython'],
  [
    'reaches the interpreter',
    'sys builtins.__build_class__ signal _signal threading _thread thread faulthandler resource _xxsubinterpreters',
  ],
];

/** Functions apart from their modules, by what they do. */
const functions: readonly (readonly [reason: string, names: string])[] = [
  [
    'runs Python code',
    'builtins.eval builtins.exec builtins.compile builtins.execfile builtins.breakpoint builtins.help builtins.input pandas.eval pandas.core.frame.DataFrame.eval pandas.core.frame.DataFrame.query sympy.sympify numexpr.evaluate',
  ],
  [
    'loads code',
    'numpy.core._ufunc_reconstruct numpy._core._ufunc_reconstruct builtins.__import__ builtins.reload ctypes.util.find_library torch.ops.load_library torch.classes.load_library torch._ops.load_library tensorflow.load_library tensorflow.load_op_library',
  ],
  [
    'reads or writes files',
    'builtins.open builtins.file codecs.open logging.FileHandler logging.config.dictConfig logging.config.listen logging.config.fileConfig',
  ],
  [
    'reaches any attribute',
    'builtins.getattr builtins.setattr builtins.delattr builtins.globals builtins.locals builtins.vars operator.attrgetter operator.methodcaller operator.itemgetter _operator.attrgetter _operator.methodcaller _operator.itemgetter numpy.core.multiarray.__getattribute__',
  ],
  [
    'calls what it is given',
    `functools.partial functools.reduce functools.partialmethod _functools.partial _functools.reduce builtins.map builtins.filter builtins.apply
    itertools.starmap operator.call _operator.call copyreg.add_extension weakref.finalize numpy.vectorize
    numpy.frompyfunc numpy.apply_along_axis numpy.apply_over_axes numpy.fromfunction contextlib.ExitStack numpy.piecewise`,
  ],
  [
    'loads pickles',
    'pandas.read_pickle pandas.io.pickle.read_pickle joblib.load torch.load torch.jit.load torch._utils_internal.load torch.multiprocessing.reductions.rebuild_storage_fd keras.models.load_model xgboost.core._load',
  ],
  ['ends the program', 'builtins.exit builtins.quit'],
];

/** Attributes by which any object leads to any other. */
const attributes =
  /^(?:__globals__|__builtins__|__subclasses__|__import__|__loader__|__spec__|__code__|__getattribute__|__getattr__|__reduce_ex__|__init_subclass__|func_globals|gi_frame|f_globals|f_builtins)$/;

const reasons: ReadonlyMap<string, string> = new Map(
  [...modules, ...functions].flatMap(([reason, names]) =>
    names
      .split(/\s+/)
      .filter(Boolean)
      .map((name) => [name, reason] as const),
  ),
);

/** Modules that lead to harm from within any path: `torch.serialization.os.system`. */
const reachable = new Set([
  'os',
  'posix',
  'nt',
  'subprocess',
  'sys',
  'socket',
  'shutil',
  'importlib',
  'builtins',
  'pickle',
  'ctypes',
  'runpy',
  'pty',
  'marshal',
]);

/**
 * What a name is known to do, as words that follow "which"; `undefined` when it is not known to be dangerous. Each part of a dotted name is looked at,
 * because Python follows the dots.
 */
export function dangerOf(module: string, name: string): string | undefined {
  const parts = `${module}.${name}`.split('.');
  if (parts.length > 100) return 'is a path without end';
  // The most exact name first: it says best what it does.
  for (let end = parts.length; end > 0; end -= 1) {
    const reason = reasons.get(parts.slice(0, end).join('.'));
    if (reason !== undefined) return reason;
  }
  if (parts.some((part) => attributes.test(part))) return 'reaches any attribute';
  for (let start = 1; start < parts.length; start += 1) {
    const inner = parts[start] ?? '';
    if (start < parts.length - 1 && reachable.has(inner)) return `reaches ${inner}`;
  }
  return undefined;
}
