import { useEffect, useState } from 'react'
import { useLocation, useNavigate } from 'react-router'

/** The secret that an address carries behind its `#`, which stays out of logs; it is taken out of the address at once. */
export function useLink(): string {
  const { pathname, search, hash } = useLocation()
  const navigate = useNavigate()
  const [link] = useState(() => secretOf(hash))
  useEffect(() => {
    if (hash !== '') void navigate({ pathname, search }, { replace: true })
  }, [hash, pathname, search, navigate])
  return link
}

/** The secret of a link that was pasted whole or in part. */
export function secretOf(text: string): string {
  return text.trim().replace(/^.*#/, '')
}
