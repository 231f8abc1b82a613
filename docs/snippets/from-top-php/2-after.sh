php after.php
