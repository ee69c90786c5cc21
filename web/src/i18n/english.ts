import texts from './en.json'

export { englishUnit } from '../kit/english-units'
export { texts }
