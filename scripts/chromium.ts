import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'

/** A page in a real browser. */
export interface Browser {
  /** Opens HTML as a file; it has run once the call returns. */
  open(html: string, width?: number, height?: number): Promise<void>
  /** What an expression, or the promise that it gives, gives there; it must be JSON. */
  evaluate<T>(expression: string): Promise<T>
  click(selector: string): Promise<void>
  press(key: string): Promise<void>
  type(text: string): Promise<void>
  /** Pages are opened in dark mode from now on, or in light mode again. */
  dark(on: boolean): Promise<void>
  /** What is seen, as PNG or WebP; `height` pixels of the page from its top, or all of it. */
  screenshot(options?: { readonly height?: number; readonly format?: 'png' | 'webp' }): Promise<Buffer>
  /** Messages of the console and refusals of the policy, and addresses that were asked for, since the page opened. */
  readonly messages: readonly string[]
  readonly requests: readonly string[]
}

/** The program: CHROMIUM in the environment, or chromium. */
export const chromium = process.env['CHROMIUM'] ?? 'chromium'

export function hasChromium(): boolean {
  return spawnSync(chromium, ['--version']).status === 0
}

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: Record<string, unknown>
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

/** Starts it without a window, driven by its DevTools protocol. */
export async function startChromium(): Promise<{ browser: Browser; stop: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'browser-'))
  const quiet = ['--disable-quic', '--no-first-run', '--disable-background-networking']
  const flags = [...quiet, '--disable-component-update', '--disable-sync', '--disable-gpu', '--no-sandbox']
  const port = ['--remote-debugging-port=0', `--user-data-dir=${join(folder, 'profile')}`]
  const running = spawn(chromium, ['--headless', ...flags, ...port, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = new Promise((done) => running.once('close', done))
  let address = ''
  for await (const line of createInterface(running.stderr)) {
    address = /ws:\/\/\S+/.exec(line)?.[0] ?? ''
    if (address !== '') break
  }
  running.stderr.resume()
  const { host } = new URL(address)
  const pages = (await (await fetch(`http://${host}/json/list`)).json()) as {
    readonly type: string
    readonly webSocketDebuggerUrl: string
  }[]
  const socket = new WebSocket(pages.find(({ type }) => type === 'page')?.webSocketDebuggerUrl ?? '')
  await new Promise((done) => socket.addEventListener('open', done))

  const waiting = new Map<number, (message: Message) => void>()
  const messages: string[] = []
  const requests: string[] = []
  let loaded: (() => void) | undefined
  let last = 0
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as Message
    if (message.id !== undefined) waiting.get(message.id)?.(message)
    const { params } = message
    switch (message.method) {
      case 'Page.loadEventFired':
        loaded?.()
        break
      case 'Runtime.exceptionThrown':
      case 'Runtime.consoleAPICalled':
      case 'Log.entryAdded':
        messages.push(JSON.stringify(params))
        break
      case 'Network.requestWillBeSent':
        requests.push((params?.['request'] as { url: string }).url)
        break
      default:
    }
  })
  const send = async (method: string, params: Record<string, unknown> = {}): Promise<unknown> => {
    const id = ++last
    const answer = new Promise<Message>((done) => waiting.set(id, done))
    socket.send(JSON.stringify({ id, method, params }))
    const { result, error } = await answer
    if (error) throw new Error(`${method}: ${error.message}`)
    return result
  }
  for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await send(`${domain}.enable`)
  await send('Emulation.setScrollbarsHidden', { hidden: true })

  const browser: Browser = {
    messages,
    requests,
    async open(html, width = 1280, height = 900) {
      const path = join(folder, 'page.html')
      await writeFile(path, html)
      await send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false })
      messages.length = 0
      requests.length = 0
      const loading = new Promise<void>((done) => (loaded = done))
      await send('Page.navigate', { url: pathToFileURL(path).href })
      await loading
    },
    async evaluate<T>(expression: string) {
      const wanted = { expression, returnByValue: true, awaitPromise: true }
      const answer = (await send('Runtime.evaluate', wanted)) as {
        readonly result: { readonly value: T }
        readonly exceptionDetails?: unknown
      }
      if (answer.exceptionDetails !== undefined) throw new Error(JSON.stringify(answer.exceptionDetails))
      return answer.result.value
    },
    async click(selector) {
      const [x, y] = await browser.evaluate<readonly [number, number]>(
        `(() => { const at = document.querySelector(${JSON.stringify(selector)}); at.scrollIntoView({ block: 'center' });
          const box = at.getBoundingClientRect(); return [box.x + box.width / 2, box.y + 8] })()`,
      )
      for (const type of ['mousePressed', 'mouseReleased'])
        await send('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount: 1 })
    },
    async press(key) {
      const text = key === 'Enter' ? { text: '\r' } : {}
      const codes: Record<string, number> = { Enter: 13, Escape: 27, Tab: 9, ArrowRight: 39, ArrowDown: 40 }
      const event = { key, code: key, windowsVirtualKeyCode: codes[key] ?? 0, ...text }
      for (const type of ['keyDown', 'keyUp']) await send('Input.dispatchKeyEvent', { type, ...event })
    },
    async type(text) {
      await send('Input.insertText', { text })
    },
    async dark(on) {
      const features = [{ name: 'prefers-color-scheme', value: on ? 'dark' : 'light' }]
      await send('Emulation.setEmulatedMedia', { features })
    },
    async screenshot({ height, format = 'png' } = {}) {
      const [width, all] = await browser.evaluate<readonly [number, number]>(
        '[innerWidth, document.documentElement.scrollHeight]',
      )
      const clip = { x: 0, y: 0, width, height: height ?? all, scale: 1 }
      const shot = await send('Page.captureScreenshot', {
        clip,
        format,
        quality: format === 'png' ? undefined : 90,
        captureBeyondViewport: true,
      })
      return Buffer.from((shot as { readonly data: string }).data, 'base64')
    },
  }
  return {
    browser,
    stop: async () => {
      socket.close()
      running.kill()
      await ended
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
