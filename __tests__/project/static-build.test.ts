import { describe, expect, it } from '@jest/globals'
import { decidesBuild, isStaticBuild } from '../../src/project/static-build.ts'
import { parseToml } from '../../src/project/toml.ts'

const project = '[project]\nname = "web"\nversion = "1.0"\n'
const builtBy = (backend: string, requires: string): string =>
  `[build-system]\nrequires = [${requires}]\nbuild-backend = "${backend}"\n`
const uvBuild = builtBy('uv_build', '"uv_build>=0.9,<0.14"')
const hatchling = builtBy('hatchling.build', '"hatchling>=1.26"')
const setuptools = builtBy('setuptools.build_meta', '"setuptools>=77", "wheel"')
const flit = builtBy('flit_core.buildapi', '"flit_core >=3.11,<4"')
const poetry = builtBy('poetry.core.masonry.api', '"poetry-core>=2"')
const pdm = builtBy('pdm.backend', '"pdm-backend>=2.4"')

const isStatic = (
  pyproject: string,
  names: readonly string[] = ['pyproject.toml', 'src/web/app.py'],
): boolean => isStaticBuild(parseToml(pyproject, 'pyproject.toml'), names)

describe('a package whose wheel is its files as they are', () => {
  it.each([
    ['uv_build', project + uvBuild],
    ['uv_build, with settings', `${project}${uvBuild}[tool.uv.build-backend]\nmodule-root = ""\n`],
    ['hatchling', project + hatchling],
    [
      'hatchling, told its packages',
      `${project}${hatchling}[tool.hatch.build.targets.wheel]\npackages = ["src/web"]\n`,
    ],
    ['setuptools', project + setuptools],
    [
      'setuptools, told where to look',
      `${project}${setuptools}[tool.setuptools.packages.find]\nwhere = ["src"]\n`,
    ],
    ['flit', project + flit],
    ['poetry', `${project}${poetry}[tool.poetry]\npackages = [{ include = "web" }]\n`],
    ['pdm', `${project}${pdm}[tool.pdm]\ndistribution = true\n`],
    ['settings of other tools', `${project}${uvBuild}[tool.ruff]\nline-length = 100\n`],
  ])('%s', (_, pyproject) => {
    expect(isStatic(pyproject)).toBe(true)
  })
})

describe('a package whose wheel only a build can tell', () => {
  it.each([
    ['no pyproject.toml', ''],
    ['no build system', project],
    ['no version', `[project]\nname = "web"\n${uvBuild}`],
    ['a version from the code', `[project]\nname = "web"\ndynamic = ["version"]\n${hatchling}`],
    ['a readme from elsewhere', `${project}dynamic = ["readme"]\n${setuptools}`],
    ['metadata of the old kind', `[tool.poetry]\nname = "web"\nversion = "1.0"\n${poetry}`],
    ['an unknown backend', project + builtBy('maturin', '"maturin"')],
    ["a backend's name of JavaScript's own", project + builtBy('constructor', '"constructor"')],
    ['a backend of its own', `${project}${hatchling}backend-path = ["."]\n`],
    ['a plugin', project + builtBy('setuptools.build_meta', '"setuptools", "setuptools-scm"')],
    ['a plugin whose name begins so', project + builtBy('setuptools.build_meta', '"setuptools.scm"')],
    ['more of a requirement', project + builtBy('hatchling.build', '"hatchling", "hatch-fancy-pypi-readme"')],
    ['a hook', `${project}${hatchling}[tool.hatch.build.hooks.custom]\n`],
    [
      'a hook for wheels',
      `${project}${hatchling}[tool.hatch.build.targets.wheel.hooks.vcs]\nversion-file = "v.py"\n`,
    ],
    [
      'files from elsewhere',
      `${project}${hatchling}[tool.hatch.build.targets.wheel.force-include]\n"a.py" = "b.py"\n`,
    ],
    ['a build script', `${project}${poetry}[tool.poetry.build]\nscript = "b.py"\n`],
    ['commands', `${project}${setuptools}[tool.setuptools.cmdclass]\nbuild_py = "x.Y"\n`],
    [
      'code to compile',
      `${project}${setuptools}[[tool.setuptools.ext-modules]]\nname = "x"\nsources = ["x.c"]\n`,
    ],
    ['settings from uv', `${project}${setuptools}[tool.uv.extra-build-dependencies]\nweb = ["plugin"]\n`],
  ])('%s', (_, pyproject) => {
    expect(isStatic(pyproject)).toBe(false)
  })

  it.each(['setup.py', 'setup.cfg', 'hatch.toml', 'hatch_build.py', 'pdm_build.py'])(
    '%s beside it',
    (name) => {
      expect(isStatic(project + hatchling, ['pyproject.toml', name])).toBe(false)
    },
  )
})

describe('an edit of', () => {
  const pyproject = parseToml(
    `${project}readme = "./docs/about.txt"\nlicense = { file = "terms.txt" }\n`,
    'p',
  )

  it.each([
    'README.md',
    'LICENSE',
    'MANIFEST.in',
    'pyproject.toml',
    '.gitignore',
    'src/.hgignore',
    'docs/about.txt',
    'terms.txt',
    'uv.toml',
  ])('%s may be one of the build', (path) => expect(decidesBuild(path, pyproject)).toBe(true))

  it.each(['src/web/app.py', 'src/web/data.json', 'tests/test_web.py', 'src/web/history_of.py'])(
    '%s is none',
    (path) => expect(decidesBuild(path, pyproject)).toBe(false),
  )
})
