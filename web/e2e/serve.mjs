// Serves the build as the program will: the shell with a fresh nonce for every request under the strict policy, hashed
// assets for good, 404 for an asset that is not there, everything else that is a page the shell. The API is the
// program's own, behind the same address.
import { createServer, request } from 'node:http'
import { readFile } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { extname, join, normalize } from 'node:path'

const program = new URL(process.env.YANDU ?? 'http://127.0.0.1:8640')
const port = Number(process.env.PORT ?? 8720)
const dist = new URL('../dist/', import.meta.url).pathname

const types = {
  '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml',
  '.json': 'application/json', '.html': 'text/html; charset=utf-8', '.woff2': 'font/woff2',
}

export function policy(nonce) {
  return [
    "default-src 'self'", "script-src 'self'", `style-src 'self' 'nonce-${nonce}'`, "img-src 'self' data: blob:",
    "worker-src 'self'", "connect-src 'self'", "object-src 'none'", "base-uri 'none'", "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}

async function shell(response, page = 'index.html') {
  const nonce = randomBytes(16).toString('base64')
  const html = await readFile(join(dist, page), 'utf8')
  response.writeHead(200, {
    'content-type': types['.html'],
    'cache-control': 'no-store',
    'content-security-policy': policy(nonce),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  })
  response.end(html.replaceAll('__CSP_NONCE__', nonce))
}

async function asset(path, response) {
  try {
    const bytes = await readFile(join(dist, normalize(path)))
    const isHashed = path.startsWith('/assets/')
    response.writeHead(200, {
      'content-type': types[extname(path)] ?? 'application/octet-stream',
      'cache-control': isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
      'x-content-type-options': 'nosniff',
    })
    response.end(bytes)
  } catch {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('not found')
  }
}

function forward(incoming, response) {
  const outgoing = request(
    { host: program.hostname, port: program.port, path: incoming.url, method: incoming.method, headers: incoming.headers },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    },
  )
  outgoing.on('error', () => response.headersSent ? response.destroy() : response.writeHead(502).end())
  incoming.on('aborted', () => outgoing.destroy())
  incoming.pipe(outgoing)
}

createServer((incoming, response) => {
  const { pathname } = new URL(incoming.url ?? '/', 'http://here')
  if (/^\/(api|errors)(\/|$)|^\/(metrics|healthz|readyz)$/.test(pathname)) forward(incoming, response)
  else if (extname(pathname) in types || pathname.startsWith('/assets/')) void asset(pathname, response)
  else void shell(response, /^\/wall(\/|$)/.test(pathname) ? 'wall.html' : 'index.html')
}).listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port} -> ${program.origin}`))
