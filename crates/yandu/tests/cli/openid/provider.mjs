// A provider of identities that nobody here wrote (npm `oidc-provider`), and one that lies (tokens made with `jose`). Both run until
// the standard input ends. The first line on stdout says where they are; `/control` of each changes how it behaves.

import { createHash, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const here = createRequire(join(process.env.YANDU_TEST_OPENID, 'package.json'))
const load = (name) => import(pathToFileURL(here.resolve(name)).href)
const { default: Provider } = await load('oidc-provider')
const { SignJWT, UnsecuredJWT, exportJWK, generateKeyPair } = await load('jose')

// Nobody reads what comes after the first line, and the provider goes on talking.
process.stdout.on('error', () => {})

const SECRET = process.env.YANDU_TEST_SECRET

async function newKey(alg = 'RS256') {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const about = { kid: randomUUID(), alg, use: 'sig' }
  return { privateKey, about, secret: { ...(await exportJWK(privateKey)), ...about }, open: { ...(await exportJWK(publicKey)), ...about } }
}

const bodyOf = async (request) => {
  const parts = []
  for await (const part of request) parts.push(part)
  return Buffer.concat(parts).toString()
}

const listen = (server, port = 0) => new Promise((done) => server.listen(port, '127.0.0.1', () => done(server.address().port)))

const answer = (response, body, status = 200) => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

// The honest one. Whoever logs in there is the subject that they type.

const honest = { people: {}, redirect: [], back: [], key: await newKey() }
const honestServer = createServer((request, response) => honest.handle(request, response))
const honestPort = await listen(honestServer)
// Under another name than the city, whose cookies a browser keeps by name and not by port.
const issuer = `http://localhost:${honestPort}`

function build() {
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'yandu',
        client_secret: SECRET,
        redirect_uris: honest.redirect,
        post_logout_redirect_uris: honest.back,
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    jwks: { keys: [honest.key.secret] },
    cookies: { keys: ['test'] },
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...honest.people[sub] }) }),
  })
  honest.handle = provider.callback()
}

// The one that lies, as `mode` says.

const liar = { mode: 'good', key: await newKey(), subject: 's-wang', nonces: new Map() }
const liarServer = createServer((request, response) => void lie(request, response))
const liarPort = await listen(liarServer)
const liarIssuer = `http://localhost:${liarPort}`

async function lie(request, response) {
  const url = new URL(request.url, liarIssuer)
  if (url.pathname === '/.well-known/openid-configuration') {
    return answer(response, {
      issuer: liar.mode === 'discovery' ? 'http://localhost:1' : liarIssuer,
      authorization_endpoint: `${liarIssuer}/authorize`,
      token_endpoint: `${liarIssuer}/token`,
      jwks_uri: `${liarIssuer}/keys`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
      token_endpoint_auth_methods_supported: ['client_secret_post'],
    })
  }
  if (url.pathname === '/keys') return answer(response, { keys: [liar.key.open] })
  if (url.pathname === '/authorize') {
    const asked = url.searchParams
    const code = randomUUID()
    liar.nonces.set(code, asked.get('nonce'))
    const back = new URL(asked.get('redirect_uri'))
    back.searchParams.set('code', code)
    back.searchParams.set('state', asked.get('state'))
    if (liar.mode === 'mixed-up') back.searchParams.set('iss', 'http://localhost:1')
    if (liar.mode === 'refused') {
      back.searchParams.delete('code')
      back.searchParams.set('error', 'access_denied')
    }
    return response.writeHead(303, { location: back.href }).end()
  }
  if (url.pathname === '/token') {
    const asked = new URLSearchParams(await bodyOf(request))
    if (asked.get('client_secret') !== SECRET) return answer(response, { error: 'invalid_client' }, 401)
    const access = randomUUID()
    const token = liar.mode === 'no-token' ? undefined : await crafted(liar.nonces.get(asked.get('code')), access)
    return answer(response, { access_token: access, token_type: 'Bearer', ...(token && { id_token: token }) })
  }
  return answer(response, {}, 404)
}

async function crafted(nonce, access) {
  const now = Math.floor(Date.now() / 1000)
  const { mode } = liar
  const claims = { iss: liarIssuer, aud: 'yandu', sub: liar.subject, nonce, iat: now, exp: now + 300, preferred_username: 'wang', name: '王芳' }
  const hash = createHash('sha256').update(mode === 'at-hash' ? 'another' : access).digest().subarray(0, 16)
  claims.at_hash = hash.toString('base64url')
  if (mode === 'expired') Object.assign(claims, { iat: now - 600, exp: now - 300 })
  if (mode === 'issuer') claims.iss = 'http://localhost:1'
  if (mode === 'audience') claims.aud = 'another'
  if (mode === 'audiences') claims.aud = ['yandu', 'another']
  if (mode === 'azp') claims.azp = 'another'
  if (mode === 'nonce') claims.nonce = 'another'
  if (mode === 'no-nonce') delete claims.nonce
  if (mode === 'no-subject') delete claims.sub
  if (mode === 'strong') claims.amr = ['pwd', 'mfa']
  if (mode === 'none') return new UnsecuredJWT(claims).encode()
  if (mode === 'hs256') return new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(SECRET))
  // The open key as a shared secret: what a verifier would take that goes by the header alone.
  if (mode === 'confused') {
    return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: liar.key.about.kid }).sign(Buffer.from(JSON.stringify(liar.key.open)))
  }
  if (mode === 'rotated') liar.key = await newKey()
  if (mode === 'elliptic') liar.key = await newKey('ES256')
  const key = mode === 'stolen' ? { ...(await newKey(liar.key.about.alg)), about: liar.key.about } : liar.key
  const { kid, alg } = key.about
  const token = await new SignJWT(claims).setProtectedHeader({ alg, kid }).sign(key.privateKey)
  if (mode !== 'changed') return token
  const [head, , signature] = token.split('.')
  return [head, Buffer.from(JSON.stringify({ ...claims, sub: 's-root' })).toString('base64url'), signature].join('.')
}

// What the test says.

const control = createServer(async (request, response) => {
  const asked = JSON.parse(await bodyOf(request))
  const { rotate, down, up, liar: lies, ...rest } = asked
  Object.assign(honest, rest)
  if (lies) Object.assign(liar, lies)
  if (rotate) honest.key = await newKey()
  if (down) {
    honestServer.closeAllConnections()
    await new Promise((done) => honestServer.close(done))
  }
  if (up) await listen(honestServer, honestPort)
  if (!down) build()
  answer(response, {})
})
const controlPort = await listen(control)
build()
console.log(JSON.stringify({ issuer, liar: liarIssuer, control: `http://127.0.0.1:${controlPort}` }))
process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
