php before.php
