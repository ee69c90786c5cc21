import AppstoreOutlined from '@ant-design/icons/es/icons/AppstoreOutlined'
import CloudUploadOutlined from '@ant-design/icons/es/icons/CloudUploadOutlined'
import CodeOutlined from '@ant-design/icons/es/icons/CodeOutlined'
import DashboardOutlined from '@ant-design/icons/es/icons/DashboardOutlined'
import DatabaseOutlined from '@ant-design/icons/es/icons/DatabaseOutlined'
import HistoryOutlined from '@ant-design/icons/es/icons/HistoryOutlined'
import DeploymentUnitOutlined from '@ant-design/icons/es/icons/DeploymentUnitOutlined'
import FileDoneOutlined from '@ant-design/icons/es/icons/FileDoneOutlined'
import FormOutlined from '@ant-design/icons/es/icons/FormOutlined'
import FundOutlined from '@ant-design/icons/es/icons/FundOutlined'
import HomeOutlined from '@ant-design/icons/es/icons/HomeOutlined'
import LayoutOutlined from '@ant-design/icons/es/icons/LayoutOutlined'
import LineChartOutlined from '@ant-design/icons/es/icons/LineChartOutlined'
import NodeIndexOutlined from '@ant-design/icons/es/icons/NodeIndexOutlined'
import PieChartOutlined from '@ant-design/icons/es/icons/PieChartOutlined'
import AuditOutlined from '@ant-design/icons/es/icons/AuditOutlined'
import FileProtectOutlined from '@ant-design/icons/es/icons/FileProtectOutlined'
import SafetyCertificateOutlined from '@ant-design/icons/es/icons/SafetyCertificateOutlined'
import StopOutlined from '@ant-design/icons/es/icons/StopOutlined'
import TagsOutlined from '@ant-design/icons/es/icons/TagsOutlined'
import TeamOutlined from '@ant-design/icons/es/icons/TeamOutlined'
import type { ComponentType } from 'react'
import type { Action, Duty, Who } from '../api/access'
import type { Key } from '../i18n'

export interface MenuItem {
  to: string
  title: Key
  icon: ComponentType<{ 'aria-hidden'?: boolean }>
  /** Pages that belong to it. */
  owns?: string
  /** It is for whoever may do one of these, in the city or to some dataset. */
  needs?: (Action | Duty)[]
}

const BROWSE: Action[] = ['browse']
const HANDLE: Duty[] = ['deliver', 'steward']

/** The pages of the left menu, in the order of a working day. */
export const menu: MenuItem[] = [
  { to: '/', title: 'menu.home', icon: HomeOutlined },
  { to: '/plans', title: 'menu.plans', icon: FileDoneOutlined, needs: BROWSE },
  { to: '/forms', title: 'menu.forms', icon: FormOutlined, needs: HANDLE },
  { to: '/catalogue', title: 'menu.catalogue', icon: DatabaseOutlined, owns: '/datasets', needs: BROWSE },
  { to: '/deliver', title: 'menu.deliver', icon: CloudUploadOutlined, needs: ['deliver'] },
  { to: '/batches', title: 'menu.batches', icon: HistoryOutlined, needs: HANDLE },
  { to: '/models', title: 'menu.models', icon: DeploymentUnitOutlined, needs: BROWSE },
  { to: '/lineage', title: 'menu.lineage', icon: NodeIndexOutlined, needs: BROWSE },
  { to: '/query', title: 'menu.query', icon: CodeOutlined },
  { to: '/rollup', title: 'menu.rollup', icon: PieChartOutlined, needs: BROWSE },
  { to: '/indicators', title: 'menu.indicators', icon: FundOutlined, needs: BROWSE },
  { to: '/boards', title: 'menu.boards', icon: DashboardOutlined, needs: BROWSE },
  { to: '/figures', title: 'menu.figures', icon: LineChartOutlined, needs: BROWSE },
  { to: '/pages', title: 'menu.pages', icon: LayoutOutlined, needs: BROWSE },
  { to: '/classification', title: 'menu.classification', icon: TagsOutlined, needs: ['steward', 'manage-policies', 'audit'] },
  { to: '/packs', title: 'menu.packs', icon: AppstoreOutlined, needs: BROWSE },
  { to: '/accounts', title: 'menu.accounts', icon: TeamOutlined, needs: ['manage-accounts'] },
  { to: '/grants', title: 'menu.grants', icon: FileProtectOutlined, needs: ['manage-policies'] },
  { to: '/negative-list', title: 'menu.negative-list', icon: StopOutlined, needs: ['manage-policies'] },
  { to: '/policies', title: 'menu.policies', icon: SafetyCertificateOutlined, needs: ['manage-policies', 'audit'] },
  { to: '/access-events', title: 'menu.access-events', icon: AuditOutlined, needs: ['audit'] },
]

type Asker = Pick<Who, 'kind' | 'actions' | 'duties' | 'account'>

/** A person of no department who has no work here: what is theirs to look at is among the pages for citizens. */
export function isCitizen({ kind, actions, duties, account }: Asker): boolean {
  return kind === 'session' && actions.length === 0 && duties.length === 0 && account?.kind === 'person' && !account.department
}

/** The pages that somebody may open. */
export function menuOf(who: Asker): MenuItem[] {
  return menu.filter(({ to, needs }) => allows(who, needs) && !(to === '/query' && isCitizen(who)))
}

function allows({ kind, actions, duties }: Asker, needs: MenuItem['needs']): boolean {
  return kind === 'local' || !needs || needs.some((one) => actions.includes(one) || duties.includes(one))
}

/** The page of the menu at a place, where it is not for whoever asks. */
export function closedAt(path: string, who: Asker): MenuItem | undefined {
  return menu.find(({ to, needs }) => to === path && !allows(who, needs))
}

export function isOpen(item: MenuItem, path: string): boolean {
  if (item.to === '/') return path === '/'
  return [item.to, item.owns].some((start) => start && (path === start || path.startsWith(`${start}/`)))
}
