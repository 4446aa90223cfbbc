import type { Attribution } from '../attribution.ts'
import type { Part } from '../measurement.ts'
import { type Finding, LayerBytes } from './finding.ts'
import { largest } from './packages.ts'
import type { Files } from './taken.ts'

/** Names of compilers, their libraries and headers in Debian's, Alpine's and their descendants' packages. */
const patterns: readonly RegExp[] = [
  /^(?:gcc|g\+\+|cpp|gfortran|clang|llvm|lld)(?:-|$|\d)/,
  /^(?:binutils|libbinutils|libctf|libctf-nobfd|libgprofng|libsframe)(?:-|\d|$)/,
  /^(?:build-essential|build-base|dpkg-dev|make|cmake|cmake-data|ninja-build|ninja|autoconf|automake|m4|bison|flex|patch)$/,
  /^(?:rustc|rust|cargo|golang|go|swig|cython3?|pkg-config|pkgconf|pkgconf-bin)(?:-\d|$)/,
  // Only a compiler pulls these in.
  /^(?:libcc1|libisl|libmpc|libmpfr|libasan|libtsan|libubsan|liblsan|libhwasan|libitm|libquadmath)-?\d/,
  /-(?:dev|devel|headers)$/,
  /^(?:linux-libc-dev|linux-headers|musl-dev|fortify-headers)/,
]

/** Compilers and headers in the image: one finding for all that were added. */
export function findBuildTools({ systemPackages }: Attribution, files: Files): readonly Finding[] {
  const found = new Map<
    Part,
    { readonly bytes: LayerBytes; readonly tools: { name: string; bytes: number }[] }
  >()
  for (const { name, files: paths } of systemPackages) {
    if (!patterns.some((pattern) => pattern.test(name))) continue
    for (const [part, taken] of files.take(paths)) {
      const known = found.get(part) ?? { bytes: new LayerBytes(), tools: [] }
      for (const [layer, bytes] of taken.in) known.bytes.add(layer, bytes)
      known.tools.push({ name, bytes: taken.total })
      found.set(part, known)
    }
  }
  return [...found].map(([part, { bytes, tools }]) => ({
    path: 'usr',
    part,
    bytesIn: bytes.in,
    why: `build tools: ${largest(tools)}`,
    hint: 'install and build in a stage of its own, and `COPY --from` it the environment alone',
  }))
}
