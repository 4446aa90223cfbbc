import { describe, expect, it } from '@jest/globals'
import { packageName } from '../../src/project/name.ts'
import { lineInLock, lineInPyproject, lineInRequirements } from '../../src/project/requirement-line.ts'

const torch = packageName('torch')

describe('the line that requires a distribution', () => {
  it.each([
    ['[project]\ndependencies = [\n  "a",\n  "Torch[x] >= 2 ; python_version > \'3\'",\n]\n', 4],
    ['project.dependencies = ["torchvision", "torch"]', 1],
    ['[project.optional-dependencies]\nml = [\n  # torch\n  "torch"\n]', 4],
    ['[dependency-groups]\nml = [{include-group = "x"},\n "torch~=2.0"]', 3],
    ['[tool.poetry.dependencies]\npython = "^3"\nTorch = { version = "^2" }', 3],
    ['[tool.poetry.group.ml.dependencies]\ntorch = "^2"', 2],
    ['[project]\ndependencies = ["torchvision"]\n[tool.x]\ndependencies = ["torch"]', undefined],
    ['[project]\nname = "torch"\ndependencies = [1, [], {}]', undefined],
    ['not = [toml', undefined],
  ])('in a pyproject.toml: %j', (text, line) => expect(lineInPyproject(text, torch)).toBe(line))

  it.each([
    ['# torch\n-r more.txt\ntorchvision==1\ntorch==2 \\\n    --hash=sha256:00\n', 4],
    ['TORCH>=2', 1],
    ['--find-links torch', undefined],
    ['', undefined],
  ])('in a requirements file: %j', (text, line) => expect(lineInRequirements(text, torch)).toBe(line))

  it.each([
    ['version = 1\n\n[[package]]\nname = "torch"\nversion = "2"\n', 3],
    ['[[packages]]\nversion = "2"\nname = "Torch"', 1],
    ['[[package]]\nname = "api"\n[package.metadata]\nname = "torch"', undefined],
  ])('in a lock: %j', (text, line) => expect(lineInLock(text, torch)).toBe(line))
})
