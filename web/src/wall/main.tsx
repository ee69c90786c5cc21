import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { start } from '../i18n'
import { setClock } from '../kit/clock'
import { fontFamily } from '../theme/tokens'
import texts from './texts.json'
import { Wall } from './Wall'
import { wishOf } from './wish'
import '../theme/board.css'
import '../theme/mark.css'
import './wall.css'

document.documentElement.style.setProperty('--font', fontFamily)
const wish = wishOf(window.location.pathname, new URLSearchParams(window.location.search))
void setClock()
await start(texts)
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <Wall wish={wish} />
  </StrictMode>,
)
