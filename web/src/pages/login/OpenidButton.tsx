import { useMutation } from '@tanstack/react-query'
import Button from 'antd/es/button'
import { useTranslation } from 'react-i18next'
import { type Openid, beginOpenid } from '../../api/access'
import { problemOf } from '../../api/errors'
import { ProblemPanel } from '../../kit/Problem'
import { type Refusal, nameOf, refusalOf } from './openid'

interface Props {
  openid: Openid
  /** Where to come back to. */
  to: string
  /** Signs in beside the page, which stays as it is. */
  isBeside?: boolean
}

/** Above a password: goes to the provider of identities and comes back signed in. One that does not answer is said, and may be tried. */
export function OpenidButton({ openid, to, isBeside }: Props) {
  const { t, i18n } = useTranslation()
  const name = nameOf(openid, i18n.language)
  const begin = useMutation({
    mutationFn: async (beside: Window | null) => ({ beside, address: await beginOpenid(to) }),
    onSuccess: ({ beside, address }) => {
      // The pages of the provider reach nothing of this one.
      if (beside) beside.opener = null
      ;(beside ?? window).location.assign(address)
    },
    onError: (_, beside) => beside?.close(),
  })
  // Browsers let a window be opened by the press itself alone.
  const press = () => begin.mutate(isBeside ? window.open('', 'yandu-sign-in', 'popup,width=520,height=720') : null)
  const refusal = begin.isError ? refusalOf(problemOf(begin.error).code) : undefined
  return (
    <>
      <div className="openid">
        <Button block loading={begin.isPending} onClick={press}>
          {t('openid.do', { name })}
        </Button>
        {refusal ? <OpenidRefused refusal={refusal} name={name} /> : begin.isError && <ProblemPanel error={begin.error} doing={t('openid.do', { name })} />}
        {!openid.is_reachable && !begin.isError && <p className="hint">{t('openid.unreachable', { name })}</p>}
      </div>
      <p className="login-or">{t(openid.replaces_passwords ? 'openid.or-administrator' : 'openid.or')}</p>
    </>
  )
}

/** Why somebody did not come in, in a few words. */
export function OpenidRefused({ refusal, name }: { refusal: Refusal; name: string }) {
  const { t } = useTranslation()
  return (
    <p className="note login-refused" role="alert">
      {t(`openid-refusal.${refusal}`, { name })}
    </p>
  )
}
