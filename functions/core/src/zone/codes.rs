//! Which zones each area code of [`crate::area`] lies in, by state.
//!
//! Written from the administrator's assignments to states and from the zones' borders (49 CFR 71), and compared by hand
//! with the zones that Google's libphonenumber has for the beginnings of numbers. A code has all zones that any of its
//! places is in, and those that a place keeps although the law says otherwise; where we are not sure, it has both: a text
//! that waits an hour longer is the smaller harm.

use super::Zone::{
    self, Alaska, Aleutian, Arizona, Atlantic, Central, Chamorro, Eastern, Hawaii, Mountain, Pacific, Samoa,
};

type Zones = &'static [Zone];

const ATLANTIC: Zones = &[Atlantic];
const EASTERN: Zones = &[Eastern];
const EASTERN_CENTRAL: Zones = &[Eastern, Central];
const CENTRAL: Zones = &[Central];
const CENTRAL_MOUNTAIN: Zones = &[Central, Mountain];
const MOUNTAIN: Zones = &[Mountain];
const MOUNTAIN_PACIFIC: Zones = &[Mountain, Pacific];
const ARIZONA: Zones = &[Arizona];
const ARIZONA_MOUNTAIN: Zones = &[Arizona, Mountain];
const PACIFIC: Zones = &[Pacific];
const ALASKA: Zones = &[Alaska, Aleutian];
const HAWAII: Zones = &[Hawaii];
const SAMOA: Zones = &[Samoa];
const CHAMORRO: Zones = &[Chamorro];
/// For a code that nobody has told us the place of.
pub(super) const MAINLAND: Zones = &[Eastern, Central, Mountain, Pacific];

/// Codes with the same zones, sorted.
pub(super) static CODES: [(Zones, &[u16]); 68] = [
    // Alabama.
    (CENTRAL, &[205, 251, 256, 659, 938]),
    // Alabama, towns beside Columbus that keep Georgia's time.
    (EASTERN_CENTRAL, &[334, 483]),
    // Alaska, the western Aleutians.
    (ALASKA, &[907]),
    // American Samoa.
    (SAMOA, &[684]),
    // Arizona.
    (ARIZONA, &[480, 520, 602, 623]),
    // Arizona, the Navajo Nation, which has summer time.
    (ARIZONA_MOUNTAIN, &[928]),
    // Arkansas.
    (CENTRAL, &[327, 479, 501, 870]),
    // California.
    (
        PACIFIC,
        &[
            209, 213, 279, 310, 323, 341, 350, 357, 369, 408, 415, 424, 442, 510, 530, 559, 562, 619, 626, 628, 650,
            657, 661, 669, 707, 714, 738, 747, 760, 805, 818, 820, 831, 837, 840, 858, 909, 916, 925, 949, 951,
        ],
    ),
    // Colorado.
    (MOUNTAIN, &[303, 719, 720, 748, 970, 983]),
    // Connecticut.
    (EASTERN, &[203, 475, 860, 959]),
    // Delaware.
    (EASTERN, &[302]),
    // District of Columbia.
    (EASTERN, &[202, 771]),
    // Florida.
    (
        EASTERN,
        &[239, 305, 321, 324, 352, 386, 407, 561, 645, 656, 689, 727, 728, 754, 772, 786, 813, 863, 904, 941, 954],
    ),
    // Florida, the panhandle on both sides of the Apalachicola.
    (EASTERN_CENTRAL, &[448, 850]),
    // Georgia.
    (EASTERN, &[229, 404, 470, 478, 678, 706, 762, 770, 912, 943]),
    // Guam.
    (CHAMORRO, &[671]),
    // Hawaii.
    (HAWAII, &[808]),
    // Idaho, north and south of the Salmon.
    (MOUNTAIN_PACIFIC, &[208, 986]),
    // Illinois.
    (CENTRAL, &[217, 224, 309, 312, 331, 447, 464, 618, 630, 708, 730, 773, 779, 815, 847, 861, 872]),
    // Indiana.
    (EASTERN, &[260, 317, 463, 765]),
    // Indiana, the counties around Gary and Evansville and their neighbours.
    (EASTERN_CENTRAL, &[219, 574, 812, 930]),
    // Iowa.
    (CENTRAL, &[319, 515, 563, 641, 712]),
    // Kansas.
    (CENTRAL, &[316, 913]),
    // Kansas, the counties at the Colorado border.
    (CENTRAL_MOUNTAIN, &[620, 785]),
    // Kentucky.
    (EASTERN, &[502, 859]),
    // Kentucky, the west and the counties at its edge.
    (EASTERN_CENTRAL, &[270, 364, 606]),
    // Louisiana.
    (CENTRAL, &[225, 318, 337, 457, 504, 985]),
    // Maine.
    (EASTERN, &[207]),
    // Maryland.
    (EASTERN, &[227, 240, 301, 410, 443, 667]),
    // Massachusetts.
    (EASTERN, &[339, 351, 413, 508, 617, 774, 781, 857, 978]),
    // Michigan.
    (EASTERN, &[231, 248, 269, 313, 517, 586, 616, 679, 734, 810, 947, 989]),
    // Michigan, the Upper Peninsula with its four counties at the Wisconsin border.
    (EASTERN_CENTRAL, &[906]),
    // Minnesota.
    (CENTRAL, &[218, 320, 507, 612, 651, 763, 924, 952]),
    // Mississippi.
    (CENTRAL, &[228, 471, 601, 662, 769]),
    // Missouri.
    (CENTRAL, &[235, 314, 417, 557, 573, 636, 660, 816, 975]),
    // Montana.
    (MOUNTAIN, &[406]),
    // Nebraska, the west; the east reaches into it in Cherry County.
    (CENTRAL_MOUNTAIN, &[308, 402, 531]),
    // Nevada.
    (PACIFIC, &[702, 725]),
    // Nevada, West Wendover and Jackpot.
    (MOUNTAIN_PACIFIC, &[775]),
    // New Hampshire.
    (EASTERN, &[603]),
    // New Jersey.
    (EASTERN, &[201, 551, 609, 640, 732, 848, 856, 862, 908, 973]),
    // New Mexico.
    (MOUNTAIN, &[505, 575]),
    // New York.
    (
        EASTERN,
        &[
            212, 315, 329, 332, 347, 363, 465, 516, 518, 585, 607, 624, 631, 646, 680, 716, 718, 838, 845, 914, 917,
            929, 934,
        ],
    ),
    // North Carolina.
    (EASTERN, &[252, 336, 472, 704, 743, 828, 910, 919, 980, 984]),
    // North Dakota, the southwest.
    (CENTRAL_MOUNTAIN, &[701]),
    // Ohio.
    (EASTERN, &[216, 220, 234, 283, 326, 330, 380, 419, 436, 440, 513, 567, 614, 740, 937]),
    // Oklahoma.
    (CENTRAL, &[405, 539, 572, 918]),
    // Oklahoma, Kenton, which keeps New Mexico's time.
    (CENTRAL_MOUNTAIN, &[580]),
    // Oregon.
    (PACIFIC, &[503, 971]),
    // Oregon, Malheur County.
    (MOUNTAIN_PACIFIC, &[458, 541]),
    // Pennsylvania.
    (EASTERN, &[215, 223, 267, 272, 412, 445, 484, 570, 582, 610, 717, 724, 814, 835, 878]),
    // Puerto Rico and the US Virgin Islands.
    (ATLANTIC, &[340, 787, 939]),
    // Rhode Island.
    (EASTERN, &[401]),
    // South Carolina.
    (EASTERN, &[803, 821, 839, 843, 854, 864]),
    // South Dakota, east and west of the Missouri.
    (CENTRAL_MOUNTAIN, &[605]),
    // Tennessee.
    (CENTRAL, &[615, 629, 731, 901]),
    // Tennessee, on both sides of the Cumberland Plateau.
    (EASTERN_CENTRAL, &[423, 729, 931]),
    // Tennessee, Knoxville.
    (EASTERN, &[865]),
    // Texas.
    (
        CENTRAL,
        &[
            210, 214, 254, 281, 325, 346, 361, 409, 430, 469, 512, 621, 682, 713, 726, 737, 806, 817, 830, 832, 903,
            936, 940, 945, 956, 972, 979,
        ],
    ),
    // Texas, El Paso and the county east of it that keeps its time in part.
    (CENTRAL_MOUNTAIN, &[432, 915]),
    // Utah.
    (MOUNTAIN, &[385, 435, 801]),
    // Vermont.
    (EASTERN, &[802]),
    // Virginia.
    (EASTERN, &[276, 434, 540, 571, 686, 703, 757, 804, 826, 948]),
    // Washington.
    (PACIFIC, &[206, 253, 360, 425, 509, 564]),
    // West Virginia.
    (EASTERN, &[304, 681]),
    // Wisconsin.
    (CENTRAL, &[262, 274, 353, 414, 534, 608, 715, 920]),
    // Wyoming.
    (MOUNTAIN, &[307]),
    // In service in 2027; where, we do not know.
    (MAINLAND, &[761]),
];
