import { englishUnit } from '../kit/english-units'
import { nameUnitsBy } from '../kit/units'
import texts from './en.json'

nameUnitsBy(englishUnit)

export default texts
