import { contents } from './script/contents.js.ts'
import { draw } from './script/draw.js.ts'
import { keyboard } from './script/keyboard.js.ts'
import { model } from './script/model.js.ts'
import { pointer } from './script/pointer.js.ts'
import { search } from './script/search.js.ts'
import { squarify } from './script/squarify.js.ts'

/** The page's script, in the order it runs. It writes names as text only, never as HTML. */
export const script = `
'use strict';
(() => {
${[model, squarify, draw, contents, pointer, keyboard, search].join('')}
})();
`
