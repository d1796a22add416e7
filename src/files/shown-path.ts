/** Paths as people read and type them, and as they may leave this machine. */
import { basename, isAbsolute, relative } from "node:path";

/** A path as people would type it: relative where it lies below the working directory. */
export function shownPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === "" || isOutside(short) ? path : short;
}

/** A path as it may leave this machine: relative where it lies below the working directory, else its last part. */
export function publicPath(path: string): string {
  const shown = shownPath(path);
  return isAbsolute(shown) || isOutside(shown) ? basename(shown) : shown;
}

/** A word of a printed command as a POSIX shell takes it. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The path as a word of a printed command. */
export function shellPath(path: string): string {
  return shellWord(shownPath(path));
}

function isOutside(path: string): boolean {
  return path === ".." || /^\.\.[\\/]/.test(path) || isAbsolute(path);
}
