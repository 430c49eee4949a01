import { words } from './names.ts';

/** Modules of Python with which a name becomes a deed. */
const dangerousModules: ReadonlySet<string> = words(
  '_posixsubprocess asyncio bdb builtins code codecs commands concurrent ctypes dill cloudpickle ftplib http imaplib importlib inspect',
  'io joblib marshal mmap multiprocessing nt operator os pathlib pdb pickle pip pkgutil platform posix profile pty pydoc requests',
  'runpy setuptools shelve shutil signal smtplib socket ssl subprocess sys tarfile telnetlib tempfile threading timeit torch types',
  'urllib webbrowser xmlrpc zipfile zipimport _io _pickle _thread',
);

/** Functions of Keras that load, fetch, write or unlock. */
const dangerousNames: ReadonlySet<string> = words(
  'get_file load_model load_weights save_model save_weights load_img load_data image_dataset_from_directory',
  'text_dataset_from_directory audio_dataset_from_directory timeseries_dataset_from_array enable_unsafe_deserialization func_load',
  'deserialize deserialize_keras_object model_from_json model_from_yaml model_from_config get_custom_objects set_backend',
  'TorchModuleWrapper JaxLayer FlaxLayer PyFunc py_function numpy_function eval exec compile open __import__ getattr setattr input',
);

/** Where TensorFlow keeps older names. */
export const OLD_FACE: RegExp = /^compat\.v[12]\./;

/** Parts of TensorFlow's face that read, write or run. */
const DANGEROUS_OPERATION =
  /^(?:io|data|saved_model|raw_ops|py_func|py_function|numpy_function|print|load_library|load_op_library|load_file_system_library|debugging|sysconfig|train|summary|distribute|lookup|config|feature_column|queue|graph_util|autograph|function|user_ops|gfile|read_file|write_file)(?:\.|$)/;

/** Whether a name in a module does more than to compute. */
export function isDangerous(module: string | undefined, name: string): boolean {
  const [top = ''] = (module ?? '').split('.');
  if (dangerousNames.has(name)) return true;
  // `builtins` is also what Keras writes for functions of whoever made the model.
  return top === 'builtins' ? false : dangerousModules.has(top);
}

/** Whether an operation of TensorFlow, by its name below `tf`, may reach out. */
export function isDangerousOperation(name: string): boolean {
  return DANGEROUS_OPERATION.test(name.replace(OLD_FACE, ''));
}

/** Members of a config that name a file, whatever they say. */
const pathKeys: ReadonlySet<string> = words(
  'vocabulary vocabulary_file vocabulary_path filepath file_path filename fname path directory cache_dir origin url model_path',
);

/** URLs, paths of the home folder, network shares, drives, and absolute paths of a system. */
const PATH =
  /^(?:[a-z][a-z\d+.-]*:\/\/|~[/\\]|\\\\|[a-z]:\\|\/(?:etc|proc|home|root|tmp|var|dev|sys|usr|opt|mnt|Users)(?:\/|$))/i;

/** Whether a text in a config names a file or an address. */
export function isPath(key: string, text: string): boolean {
  return text !== '' && (pathKeys.has(key) || PATH.test(text));
}
